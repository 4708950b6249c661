import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  DeleteFunctionCommand,
  GetFunctionCommand,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda'
import { lambdaClient, untilActive } from '../support/clients.ts'
import { dataDirectory } from '../support/directories.ts'
import { configurationOf, publishVersion } from '../support/functions.ts'
import { holdTool } from '../support/held-tool.ts'
import {
  createImageFunction,
  markOf,
  programImage,
  requestImageFunction,
  updateImage,
  updateSettings,
} from '../support/image-functions.ts'
import { poll } from '../support/poll.ts'
import { invalid, refusalOf } from '../support/refusal.ts'
import { type Registry, startRegistry } from '../support/registry.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let registry: Registry
let server: TestServer

before(async () => {
  registry = await startRegistry()
  server = await startTestServer()
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
  await registry?.[Symbol.asyncDispose]()
})

const push = async (reference: string, mark: string) => registry.push(reference, await programImage(mark))
const uriOf = (reference: string) => `${registry.host}/${reference}`
const imagesIn = ({ dataDirectory }: TestServer) => readdirSync(join(dataDirectory, 'images')).sort()
const pullsOf = (running: TestServer, digest: string) =>
  running
    .output()
    .split('\n')
    .filter((line) => line.includes('is pulled') && line.includes(digest)).length

test('a function keeps its image when the tag moves, until it is updated', async () => {
  const first = await push('moving:latest', 'first')
  await createImageFunction(server, 'moving', uriOf('moving'))
  const second = await push('moving:latest', 'second')
  await updateSettings(server, 'moving', { MemorySize: 192 })
  assert.equal(await markOf(server, 'moving'), 'first')
  assert.equal((await configurationOf(server, 'moving')).CodeSha256, first)

  const updated = await updateImage(server, 'moving', uriOf('moving:latest'))
  assert.deepEqual([updated.CodeSha256, updated.LastUpdateStatus], [second, 'InProgress'])
  assert.equal(await markOf(server, 'moving'), 'second')
  const { Code } = await lambdaClient(server).send(new GetFunctionCommand({ FunctionName: 'moving' }))
  assert.equal(Code?.ResolvedImageUri, `${uriOf('moving')}@sha256:${second}`)

  await updateImage(server, 'moving', `${uriOf('moving')}@sha256:${first}`)
  assert.equal(await markOf(server, 'moving'), 'first', 'a digest names an image that has no tag any more')
})

test('a dry run looks the image up and changes nothing', async () => {
  await push('dry:one', 'one')
  const two = await push('dry:two', 'two')
  await createImageFunction(server, 'dry', uriOf('dry:one'))
  const request = { FunctionName: 'dry', ImageUri: uriOf('dry:two'), DryRun: true }
  assert.equal((await lambdaClient(server).send(new UpdateFunctionCodeCommand(request))).CodeSha256, two)
  assert.equal(await markOf(server, 'dry'), 'one')
})

test('versions keep their images', async () => {
  const digest = await push('versions:1', 'one')
  await createImageFunction(server, 'versions', uriOf('versions:1'))
  const published = await publishVersion(server, 'versions', { CodeSha256: digest })
  assert.deepEqual([published.Version, published.PackageType, published.CodeSha256], ['1', 'Image', digest])
  assert.equal((await publishVersion(server, 'versions')).Version, '1', 'nothing has changed')
  await push('versions:2', 'two')
  const update = await updateImage(server, 'versions', uriOf('versions:2'), { Publish: true })
  assert.equal(update.Version, '2')
  const marks = await Promise.all([undefined, '1', '2'].map((version) => markOf(server, 'versions', version)))
  assert.deepEqual(marks, ['two', 'one', 'two'])
  const wrong = 'a'.repeat(64)
  const publish = new PublishVersionCommand({ FunctionName: 'versions', CodeSha256: wrong })
  const current = (await configurationOf(server, 'versions')).CodeSha256
  assert.deepEqual(
    await refusalOf(lambdaClient(server).send(publish)),
    invalid(
      `CodeSHA256 (${wrong}) is different from current CodeSHA256 in $LATEST (${current}). Please try again with the CodeSHA256 in $LATEST.`,
    ),
  )
})

test('functions of one image share it, and it is pulled once', async () => {
  const digest = await push('shared:latest', 'shared')
  const names = ['shared-1', 'shared-2', 'shared-3']
  await Promise.all(names.map((name) => createImageFunction(server, name, uriOf('shared'))))
  assert.deepEqual(await Promise.all(names.map((name) => markOf(server, name))), Array(3).fill('shared'))
  assert.equal(pullsOf(server, digest), 1)
})

test('an image that vanishes before it is pulled ends an update, and the function goes on with what it had', async () => {
  await push('gone:1', 'stays')
  await createImageFunction(server, 'gone', uriOf('gone:1'))
  const manifest = await registry.pushWithoutLayers('gone:2', await programImage('vanishes'))
  await lambdaClient(server).send(new UpdateFunctionCodeCommand({ FunctionName: 'gone', ImageUri: uriOf('gone:2') }))
  const failed = await poll(async () => {
    const configuration = await configurationOf(server, 'gone')
    return configuration.LastUpdateStatus === 'InProgress' ? undefined : configuration
  })
  assert.deepEqual(
    [failed.State, failed.LastUpdateStatus, failed.LastUpdateStatusReasonCode, failed.CodeSha256],
    ['Active', 'Failed', 'ImageDeleted', manifest],
  )
  assert.equal(await markOf(server, 'gone'), 'stays')
  await push('gone:3', 'comes')
  await updateImage(server, 'gone', uriOf('gone:3'))
  assert.equal(await markOf(server, 'gone'), 'comes')
})

test('a creation that fails leaves a function that says so, and that an update heals', async () => {
  await registry.pushWithoutLayers('never:1', await programImage('never'))
  await requestImageFunction(server, 'never', uriOf('never:1'))
  const failed = await poll(async () => {
    const configuration = await configurationOf(server, 'never')
    return configuration.State === 'Pending' ? undefined : configuration
  })
  assert.deepEqual([failed.State, failed.StateReasonCode], ['Failed', 'ImageDeleted'])
  await assert.rejects(markOf(server, 'never'), /The function is currently in the following state: Failed/)
  await push('never:2', 'heals')
  await updateImage(server, 'never', uriOf('never:2'))
  assert.equal((await configurationOf(server, 'never')).State, 'Active')
  assert.equal(await markOf(server, 'never'), 'heals')
})

test('images outlive the server and need no registry then; those that nobody needs are removed', async () => {
  using directory = dataDirectory()
  await using other = await startRegistry()
  const kept = await other.push('kept:latest', await programImage('kept'))
  const left = await other.push('left:latest', await programImage('left'))
  await using first = await startTestServer({ dataDirectory: directory.path })
  await createImageFunction(first, 'kept', `${other.host}/kept`)
  await createImageFunction(first, 'left', `${other.host}/left`)
  assert.equal(await markOf(first, 'kept'), 'kept')
  await lambdaClient(first).send(new DeleteFunctionCommand({ FunctionName: 'left' }))
  assert.deepEqual(imagesIn(first), [kept, left, 'temporary'].sort())
  await first.kill()
  await other.stop()

  await using second = await startTestServer({ dataDirectory: directory.path })
  assert.equal(await markOf(second, 'kept'), 'kept')
  await poll(() => (imagesIn(second).includes(left) ? undefined : true))
  assert.deepEqual(imagesIn(second), [kept, 'temporary'].sort())
})

test('an image that an older server has unpacked gets the places that it lacks', async () => {
  using directory = dataDirectory()
  const digest = await push('old:latest', 'old')
  await using first = await startTestServer({ dataDirectory: directory.path })
  await createImageFunction(first, 'old', uriOf('old'))
  await first.stop()
  for (const place of ['run', 'mnt', 'etc'])
    rmSync(join(directory.path, 'images', digest, 'rootfs', place), { recursive: true })
  await using second = await startTestServer({ dataDirectory: directory.path })
  assert.equal(await markOf(second, 'old'), 'old')
})

test('a server that is killed while it pulls begins anew', async () => {
  using directory = dataDirectory()
  // So much that copying and unpacking take a while, in the middle of which the server may be killed.
  const files = Array.from({ length: 40 }, (_, i) => ({ name: `data-${i}`, content: randomBytes(1024 * 1024) }))
  const digest = await registry.push('large:latest', await programImage('large', { files }))
  for (const [phase, tool, parameter] of [
    ['layout', 'skopeo', 'copy'],
    ['rootfs', 'umoci', 'unpack'],
  ] as const) {
    // Or afterwards, but never when it has done more.
    using held = holdTool(tool, parameter)
    await using killed = await startTestServer({ dataDirectory: directory.path, environment: held.environment })
    if (phase === 'layout') await requestImageFunction(killed, 'large', uriOf('large'))
    const temporary = join(directory.path, 'images/temporary')
    await poll(() => readdirSync(temporary).some((name) => existsSync(join(temporary, name, phase))) || undefined)
    await killed.kill()
    assert.deepEqual(imagesIn(killed), ['temporary'], `killed with a half of it: ${phase}`)
  }
  await using last = await startTestServer({ dataDirectory: directory.path })
  await untilActive(last, 'large')
  assert.equal(await markOf(last, 'large'), 'large')
  assert.deepEqual(imagesIn(last), [digest, 'temporary'].sort())
  assert.deepEqual(readdirSync(join(directory.path, 'images/temporary')), [])
})
