import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { GetFunctionCommand } from '@aws-sdk/client-lambda'
import { createFunction, createUser, invoke, lambdaClient } from '../support/clients.ts'
import { configurationOf } from '../support/functions.ts'
import {
  createImageFunction,
  markOf,
  programImage,
  requestImageFunction,
  updateImage,
} from '../support/image-functions.ts'
import { writeLayout } from '../support/images.ts'
import { poll } from '../support/poll.ts'
import { denied, invalid, type Refusal, refusalOf } from '../support/refusal.ts'
import { type Registry, startRegistry } from '../support/registry.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const LIMIT_MB = 12

let home: string
let registry: Registry
let server: TestServer

before(async () => {
  home = mkdtempSync(join(tmpdir(), 'lambent-sources-'))
  mkdirSync(join(home, 'layouts/team/greeting'), { recursive: true })
  writeFileSync(join(home, 'secret'), 'of the host')
  registry = await startRegistry()
  server = await startTestServer({
    args: ['--image-layouts', join(home, 'layouts'), '--image-mb', String(LIMIT_MB)],
  })
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
  await registry?.[Symbol.asyncDispose]()
  rmSync(home, { recursive: true })
})

const resolvedUriOf = async (FunctionName: string) =>
  (await lambdaClient(server).send(new GetFunctionCommand({ FunctionName }))).Code?.ResolvedImageUri

test('Docker’s manifests are taken as well as those of OCI', async () => {
  const digest = await registry.push('docker:1', await programImage('docker'), ['--format', 'v2s2'])
  await createImageFunction(server, 'docker', `${registry.host}/docker:1`)
  assert.equal(await markOf(server, 'docker'), 'docker')
  assert.equal(await resolvedUriOf('docker'), `${registry.host}/docker@sha256:${digest}`)
})

test('of an index the image for the architecture of the function is taken', async () => {
  const images = { amd64: await programImage('for amd64'), arm64: await programImage('for arm64') }
  const index = await registry.pushIndex('index:1', images)
  const uri = `${registry.host}/index:1`
  await createImageFunction(server, 'index-x86', uri, { Architectures: ['x86_64'] })
  await createImageFunction(server, 'index-arm', uri, { Architectures: ['arm64'] })
  assert.deepEqual([await markOf(server, 'index-x86'), await markOf(server, 'index-arm')], ['for amd64', 'for arm64'])
  assert.notEqual(await resolvedUriOf('index-x86'), `${registry.host}/index@sha256:${index}`)
  await updateImage(server, 'index-arm', uri, { Architectures: ['x86_64'] })
  assert.equal(await markOf(server, 'index-arm'), 'for amd64')
})

test('a layout below the directory that the operator has named is an image', async () => {
  const layout = join(home, 'layouts/team/greeting')
  const digest = writeLayout(layout, await programImage('from a layout'))
  await createImageFunction(server, 'layout', 'oci:team/greeting:latest')
  assert.equal(await markOf(server, 'layout'), 'from a layout')
  assert.equal(await resolvedUriOf('layout'), `oci:team/greeting@sha256:${digest}`)
  writeLayout(layout, await programImage('another'))
  await createImageFunction(server, 'layout-by-digest', `oci:team/greeting@sha256:${digest}`)
  assert.equal(await markOf(server, 'layout-by-digest'), 'from a layout')
})

const untilSettled = (FunctionName: string) =>
  poll(async () => {
    const configuration = await configurationOf(server, FunctionName)
    return configuration.State === 'Pending' ? undefined : configuration
  })

const DIGEST = `sha256:${'0'.repeat(64)}`
const notValid = (uri: string) => invalid(`Source image ${uri} is not valid. Provide a valid source image.`)
const missing = (uri: string) => invalid(`Source image ${uri} does not exist. Provide a valid source image.`)
const silent = (uri: string) => invalid(`Source image ${uri} could not be read: its registry does not answer as one.`)

const refused: readonly (readonly [uri: string, refusal: (uri: string) => Refusal])[] = [
  ['{registry}/nothing:here', missing],
  ['{registry}/docker:other', missing],
  [`{registry}/docker@${DIGEST}`, missing],
  ['oci:nothing', missing],
  ['oci:team/greeting:other', missing],
  [`oci:team/greeting@${DIGEST}`, missing],
  ...[
    ...['a/b:c', 'name', 'docker.io', '', '/', 'http://{registry}/docker:1', 'docker://{registry}/docker:1'],
    ...['{registry}/Upper:1', '{registry}/docker:', '{registry}/docker@sha256:abc', '{registry}/../docker:1'],
    ...['--help', '{registry}/docker:1 --debug', '{registry}/docker:1\n', 'dir:/etc', 'containers-storage:name'],
    ...['oci:../secret', 'oci:team/../../secret', 'oci:/etc', 'oci:.', 'oci:', `oci:${'a'.repeat(1000)}`],
  ].map((uri) => [uri, notValid] as const),
  ['127.0.0.1:1/docker:1', silent],
  // Words of registries that the reference itself has are not theirs.
  ['127.0.0.1:1/denied:forbidden', silent],
  // Not a loopback address by its form, so it would have to speak TLS.
  ['0.0.0.0:{port}/docker:1', silent],
  ['{talkative}/docker:1', silent],
]

/** What listens on a port of its own and is no registry. */
async function listen(t: TestContext, onConnection: (socket: Socket) => void): Promise<string> {
  const listener = createServer(onConnection)
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  t.after(() => listener.close())
  return `127.0.0.1:${(listener.address() as AddressInfo).port}`
}

test('what is no image is refused, and nothing is kept', async (t) => {
  const talkative = await listen(t, (socket) => socket.end('220 ready\r\n'))
  const before = readdirSync(join(server.dataDirectory, 'images'))
  for (const [form, refusal] of refused)
    await t.test(JSON.stringify(form), async () => {
      const uri = form
        .replace('{registry}', registry.host)
        .replace('{port}', registry.host.split(':')[1] ?? '')
        .replace('{talkative}', talkative)
      assert.deepEqual(await refusalOf(requestImageFunction(server, 'refused', uri)), refusal(uri))
    })
  assert.deepEqual(readdirSync(join(server.dataDirectory, 'images')), before)
})

/** Writes a layout whose tag means this text. */
function writeDocument(name: string, document: string): string {
  const [layout, digest] = [join(home, 'layouts', name), createHash('sha256').update(document).digest('hex')]
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true })
  writeFileSync(join(layout, 'blobs/sha256', digest), document)
  const annotations = { 'org.opencontainers.image.ref.name': 'latest' }
  writeFileSync(
    join(layout, 'index.json'),
    JSON.stringify({ manifests: [null, { digest: `sha256:${digest}`, annotations }] }),
  )
  return `oci:${name}`
}

for (const document of ['{"manifests":[null]}', '{"layers":[null],"config":null}', '{"layers":[]}', 'null', ''])
  test(`a manifest that says nothing is refused: ${document}`, async () => {
    const uri = writeDocument(`document-${createHash('sha256').update(document).digest('hex').slice(0, 8)}`, document)
    assert.deepEqual(
      await refusalOf(requestImageFunction(server, 'document', uri)),
      invalid(`The image manifest, config or layer media type for the source image ${uri} is not supported.`),
    )
  })

for (const [index, Cmd] of ([[null], ['a\0b'], 'text'] as unknown[] as string[][]).entries())
  test(`a command that no process can be given ends a creation: ${JSON.stringify(Cmd)}`, async () => {
    const name = `command-${index}`
    mkdirSync(join(home, 'layouts', name))
    writeLayout(join(home, 'layouts', name), { ...(await programImage()), Cmd })
    await requestImageFunction(server, name, `oci:${name}`)
    const failed = await untilSettled(name)
    assert.deepEqual([failed.State, failed.StateReasonCode], ['Failed', 'InvalidImage'])
  })

test('an image larger than the limit is refused, or fails when it shows so late', async () => {
  const large = await programImage('large', { files: [{ name: 'noise', content: noise(LIMIT_MB) }] })
  await registry.push('large:1', large)
  const uri = `${registry.host}/large:1`
  assert.deepEqual(
    await refusalOf(requestImageFunction(server, 'large', uri)),
    invalid(`The source image ${uri} is larger than the limit of this host.`),
  )
  // Compressed it takes next to nothing.
  const bomb = await programImage('bomb', {
    files: [{ name: 'zeros', content: Buffer.alloc(LIMIT_MB * 1024 * 1024, 'x') }],
  })
  await registry.push('bomb:1', bomb)
  await requestImageFunction(server, 'bomb', `${registry.host}/bomb:1`)
  const failed = await untilSettled('bomb')
  assert.deepEqual([failed.State, failed.StateReasonCode], ['Failed', 'InvalidImage'])
  assert.deepEqual(readdirSync(join(server.dataDirectory, 'images/temporary')), [])
})

/** Bytes that no compression makes fewer. */
function noise(megabytes: number): Buffer {
  const bytes = Buffer.alloc(megabytes * 1024 * 1024)
  let state = 1
  for (let i = 0; i < bytes.length; i += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes.writeUInt32LE((state ^ (state >>> 15)) >>> 0, i)
  }
  return bytes
}

test('a file that claims to be larger than the disk ends a creation', async () => {
  const big = join(home, 'big')
  execFileSync('truncate', ['-s', '8T', big])
  const sparse = execFileSync('tar', ['--format=gnu', '--sparse', '-C', home, '-cf', '-', 'big'])
  const image = await programImage('sparse')
  await registry.push('sparse:1', { ...image, layers: [...image.layers, sparse] })
  await requestImageFunction(server, 'sparse', `${registry.host}/sparse:1`)
  const failed = await untilSettled('sparse')
  assert.deepEqual([failed.State, failed.StateReasonCode], ['Failed', 'InvalidImage'])
  assert.deepEqual(readdirSync(join(server.dataDirectory, 'images/temporary')), [])
})

test('layers that cannot be unpacked end a creation', async () => {
  const image = await programImage('damaged')
  await registry.push('damaged:1', { ...image, layers: [...image.layers, Buffer.alloc(2048, 'no tar')] })
  await requestImageFunction(server, 'damaged', `${registry.host}/damaged:1`)
  const failed = await untilSettled('damaged')
  assert.deepEqual([failed.State, failed.StateReasonCode], ['Failed', 'InvalidImage'])
})

test('callers need the rights on a repository that they would need for one of ECR', async () => {
  await registry.push('guarded:1', await programImage('guarded'))
  const all = { Effect: 'Allow', Action: ['lambda:*', 'iam:PassRole'], Resource: '*' }
  const pull = (Resource: string) => ({
    Effect: 'Allow',
    Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    Resource,
  })
  const repository = `arn:aws:ecr:us-east-1:000000000000:repository/${registry.host}/guarded`
  const [allowed, other, none] = [
    await createUser(server, 'allowed', all, pull(repository)),
    await createUser(server, 'other', all, pull(`${repository}-not`)),
    await createUser(server, 'none', all),
  ]
  const uri = `${registry.host}/guarded:1`
  for (const credentials of [other, none])
    assert.deepEqual(
      await refusalOf(requestImageFunction({ ...server, credentials }, 'guarded', uri, { Role: ROLE })),
      denied('Lambda does not have permission to access the ECR image. Check the ECR permissions.'),
    )
  await requestImageFunction({ ...server, credentials: allowed }, 'guarded', uri, { Role: ROLE })
})

const ROLE = 'arn:aws:iam::000000000000:role/test-role'

test('credentials for a registry are those of the file that the operator has named', async () => {
  // The hash of `secret`.
  const hash = '$2b$04$OTn6AfQp8rfWAmEgVf1nUO8oZOY5FNh0rmSwFRHm4p3mUiZOTvAJi'
  await using closed = await startRegistry({ name: 'puller', hash, password: 'secret' })
  await closed.push('closed:1', await programImage('closed'))
  const uri = `${closed.host}/closed:1`
  assert.deepEqual(
    await refusalOf(requestImageFunction(server, 'closed', uri)),
    denied('Lambda does not have permission to access the ECR image. Check the ECR permissions.'),
  )
  const file = join(home, 'auth.json')
  const auth = Buffer.from('puller:secret').toString('base64')
  writeFileSync(file, JSON.stringify({ auths: { [closed.host]: { auth } } }))
  await using trusted = await startTestServer({ args: ['--image-auth-file', file] })
  await createImageFunction(trusted, 'closed', uri)
  assert.equal(await markOf(trusted, 'closed'), 'closed')
  assert.doesNotMatch(trusted.output() + server.output(), new RegExp(`secret|${auth}`))
})

test('a registry that is not of this host is spoken to without TLS only when the operator says so', async () => {
  await registry.push('plain:1', await programImage('plain'))
  const host = registry.host.replace('127.0.0.1', '0.0.0.0')
  await using trusting = await startTestServer({ args: ['--insecure-registry', host] })
  await createImageFunction(trusting, 'plain', `${host}/plain:1`)
  assert.equal(await markOf(trusting, 'plain'), 'plain')
})

test('without a directory for them layouts are no images, and without namespaces nothing is', async () => {
  await using bare = await startTestServer({ args: ['--isolation', 'process'] })
  assert.deepEqual(
    await refusalOf(requestImageFunction(bare, 'bare', `${registry.host}/plain:1`)),
    invalid('Functions from container images need lambent to be started with --isolation bubblewrap.'),
  )
  await using plain = await startTestServer()
  assert.deepEqual(
    await refusalOf(requestImageFunction(plain, 'layout', 'oci:team/greeting')),
    invalid(
      'Source image oci:team/greeting is not valid: images are read from a directory only if lambent is started with --image-layouts <directory>.',
    ),
  )
})

/** Starts a program that finds this file, but cannot run it. */
const without = (file: string) => ['unshare', '--mount', 'sh', '-c', `mount --bind /dev/null ${file} && exec "$0" "$@"`]

test('without its tools the server runs all functions but those', { skip: process.getuid?.() !== 0 }, async () => {
  const args = ['--image-layouts', join(home, 'layouts')]
  for (const tool of ['/usr/bin/skopeo', '/usr/bin/umoci']) {
    await using bare = await startTestServer({ within: without(tool), args })
    assert.deepEqual(
      await refusalOf(requestImageFunction(bare, 'bare', 'oci:team/greeting')),
      invalid(
        'Container images are taken in with skopeo and umoci, which are not installed on this host (apt-get install skopeo umoci).',
      ),
    )
    await createFunction(bare, { FunctionName: 'zip', code: 'echo-node' })
    assert.deepEqual((await invoke(bare, 'zip', [1])).payload, [1])
  }
})

/** A registry that tells of its images, and never sends what is in them. */
async function startStalling(t: TestContext): Promise<string> {
  const stalling = createHttpServer(async ({ url = '', headers }, response) => {
    if (url.includes('/blobs/')) return
    const answer = await fetch(`http://${registry.host}${url}`, { headers: { accept: headers.accept ?? '*/*' } })
    const names = ['content-type', 'docker-content-digest', 'docker-distribution-api-version']
    for (const name of names) response.setHeader(name, answer.headers.get(name) ?? '')
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => stalling.listen(0, '127.0.0.1', resolve))
  t.after(() => stalling.close().closeAllConnections())
  return `127.0.0.1:${(stalling.address() as AddressInfo).port}`
}

test('a registry that never sends its images keeps those of others from nothing', async (t) => {
  const stalling = await startStalling(t)
  await using waiting = await startTestServer()
  // More than are pulled at a time, wherever they are from.
  for (let n = 0; n < 14; n++) {
    await registry.push(`stalls:${n}`, await programImage(`stalls ${n}`))
    await requestImageFunction(waiting, `stalls-${n}`, `${stalling}/stalls:${n}`)
  }
  await registry.push('comes:1', await programImage('comes'))
  await createImageFunction(waiting, 'comes', `${registry.host}/comes:1`)
  assert.equal(await markOf(waiting, 'comes'), 'comes')
  for (let n = 0; n < 14; n++) assert.equal((await configurationOf(waiting, `stalls-${n}`)).State, 'Pending')
})

test('a registry that says nothing is not waited for any longer than a caller waits', async (t) => {
  const uri = `${await listen(t, (socket) => socket.on('error', () => {}))}/docker:1`
  assert.deepEqual(await refusalOf(requestImageFunction(server, 'waiting', uri)), silent(uri))
})
