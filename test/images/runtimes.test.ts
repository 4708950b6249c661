import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import type { Runtime } from '@aws-sdk/client-lambda'
import { createManaged, createProvider } from '../support/capacity-providers.ts'
import { createFunction, createUser, invoke, logsClient } from '../support/clients.ts'
import { programImage } from '../support/image-functions.ts'
import { type ImageSetup, imageProgram, writeLayout, writeMultiLayout } from '../support/images.ts'
import { publishLayer } from '../support/layers.ts'
import { poll } from '../support/poll.ts'
import { type HostPython, hostPython } from '../support/python-image.ts'
import { sendSigned } from '../support/raw.ts'
import { type Registry, startRegistry } from '../support/registry.ts'
import { run } from '../support/run.ts'
import { cleanEnvironment, inAccount, startTestServer, type TestServer } from '../support/server.ts'
import { zipOfEntries } from '../support/zip.ts'

// Runtimes that the host lacks are taken from container images. The server does not find the interpreters of this host:
// the distribution's Python is hidden from it, others are not on its path, and npm is nowhere.

const OTHER = '111111111111'
const isRoot = process.getuid?.() === 0
const program = join(import.meta.dirname, '../../src/server/command.ts')

let home: string
let registry: Registry
let server: TestServer
let python: HostPython
let runtime: Runtime

before(async () => {
  home = mkdtempSync(join(tmpdir(), 'lambent-runtimes-'))
  chmodSync(home, 0o755)
  for (const name of ['layouts', 'tools', 'data', 'runtimes', 'share']) mkdirSync(join(home, name))
  writeFileSync(join(home, 'tools/npm'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  python = await hostPython()
  runtime = `python${python.version}` as Runtime
  registry = await startRegistry()
  await registry.push('python:1', pythonImage())
  server = await start()
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
  await registry?.[Symbol.asyncDispose]()
  rmSync(home, { recursive: true })
})

const start = (...more: readonly string[]) =>
  startTestServer({
    dataDirectory: join(home, 'data'),
    args: [
      ...['--image-layouts', join(home, 'layouts'), '--image-mb', '64', '--accounts', OTHER],
      ...['--runtimes-dir', join(home, 'runtimes'), ...more],
    ],
    environment: { PATH: `${join(home, 'tools')}:/usr/bin:/bin`, HOME: home, PYENV_ROOT: home, NVM_DIR: home },
    within: hide(python.executable),
  })

/** Whoever is started so finds this file, but cannot run it. */
const hide = (file: string) =>
  isRoot ? ['unshare', '--mount', 'sh', '-c', `mount --bind /dev/null ${file} && exec "$0" "$@"`] : []

const pythonImage = (more: Partial<ImageSetup> = {}): ImageSetup => ({
  layers: [python.files],
  Env: ['PATH=/usr/bin', 'GREETING=of the image', 'LAMBDA_TASK_ROOT=/elsewhere'],
  ...more,
})

const command = (...args: readonly string[]) =>
  run(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'runtimes', ...args], {
    env: { ...cleanEnvironment(), LAMBENT_DATA_DIR: server.dataDirectory, LAMBENT_PORT: new URL(server.url).port },
  })

/** What the command printed, when it went well. */
async function printed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await command(...args)
  assert.equal(code, 0, stderr)
  return stdout
}

const listed = async () =>
  (await printed('list'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))

const linesOf = async (name: string): Promise<readonly string[]> => {
  const { events = [] } = await logsClient(server).send(
    new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` }),
  )
  return events.map(({ message = '' }) => message.trimEnd())
}

const LOOK = `import json, os, sys
sys.path.append("/opt")
count = 0
def handler(event, context):
    global count
    count += 1
    if "write" in event:
        try:
            open(event["write"], "w").close()
            return "written"
        except OSError as error:
            return type(error).__name__
    return {"version": "%d.%d" % sys.version_info[:2], "executable": sys.executable, "count": count,
        "root": sorted(os.listdir("/")), "task": os.listdir("/var/task"), "layers": os.listdir("/opt"),
        "directory": os.getcwd(), "user": os.getuid(), "variables": dict(os.environ), "status": open("/proc/self/status").read()}
`
const code = { 'main.py': LOOK }
const create = (FunctionName: string, more = {}) =>
  createFunction(server, { FunctionName, code, Runtime: runtime, Handler: 'main.handler', Timeout: 60, ...more })

test('a runtime that the host lacks is taken from an image', { skip: !isRoot }, async () => {
  const { LayerVersionArn = '' } = await publishLayer(server, { LayerName: 'layer', files: { 'part.txt': '' } })
  await create('look', { Layers: [LayerVersionArn], MemorySize: 256, Environment: { Variables: { MINE: 'mine' } } })
  const before = await invoke(server, 'look')
  assert.match(JSON.stringify(before.payload), new RegExp(`lambent runtimes pull ${runtime}`))

  const digest = await registry.push('python:1', pythonImage())
  const output = await printed('pull', runtime, `${registry.host}/python:1`)
  assert.equal(output.split('\n')[0], `pulling ${registry.host}/python@sha256:${digest}`)
  assert.match(output, new RegExp(`^${runtime} is ready: sha256:${digest}, \\d+ MB, with ${python.executable}$`, 'm'))

  const { payload: seen } = await invoke(server, 'look')
  assert.deepEqual(
    [seen.version, seen.executable, seen.directory, seen.task, seen.layers],
    [python.version, python.executable, '/var/task', ['main.py'], ['part.txt']],
  )
  assert.deepEqual(seen.root, ['dev', 'etc', 'lib', 'lib64', 'mnt', 'opt', 'proc', 'run', 'tmp', 'usr', 'var'])
  const { variables } = seen
  assert.deepEqual(
    [variables.GREETING, variables.MINE, variables.PATH, variables.LAMBDA_TASK_ROOT, variables.AWS_EXECUTION_ENV],
    ['of the image', 'mine', '/usr/bin', '/var/task', `AWS_Lambda_${runtime}`],
  )
  assert.ok(seen.user > 65535)
  for (const line of ['CapEff:\t0000000000000000', 'NoNewPrivs:\t1', 'Seccomp:\t2'])
    assert.ok(seen.status.includes(line))
  for (const write of ['/var/task/x', '/var/runtime/x', '/opt/x', '/x', '/usr/bin/x'])
    assert.notEqual((await invoke(server, 'look', { write })).payload, 'written', write)
  assert.equal((await invoke(server, 'look', { write: '/tmp/x' })).payload, 'written')
  assert.ok(!(await linesOf('look')).some((line) => line.includes('is not on this host; running on')))
})

test('what was pulled is listed, and survives the server', { skip: !isRoot }, async () => {
  const [[name, image, digest, size] = [], ...others] = await listed()
  assert.deepEqual([name, image, others], [runtime, `${registry.host}/python:1`, []])
  assert.match(`${digest} ${size}`, /^sha256:[0-9a-f]{64} \d+ MB$/)
  await server.kill()
  server = await start()
  assert.deepEqual(await listed(), [[name, image, digest, size]])
  // Housekeeping has been through everything by then.
  await create('after')
  assert.equal((await invoke(server, 'after')).payload.version, python.version)
  assert.equal((await invoke(server, 'look')).payload.version, python.version)
})

test('an image’s own client is used when it has one', { skip: !isRoot }, async () => {
  const own = { name: 'var/runtime/bootstrap', content: await imageProgram(), mode: 0o755 }
  writeLayout(layout('dotnet'), { layers: [[own]], Env: ['DOTNET=here'] })
  await createFunction(server, {
    FunctionName: 'dotnet',
    code: { 'app.dll': '' },
    Runtime: 'dotnet8',
    Handler: 'App::App.Handler::Handle',
  })
  assert.equal(
    (await invoke(server, 'dotnet')).payload.errorMessage.replace(/^.* Error: /, ''),
    'no interpreter for runtime dotnet8 was found on the host: "lambent runtimes pull dotnet8" brings one in a container image',
  )
  assert.match(await printed('pull', 'dotnet8', 'oci:dotnet'), /^dotnet8 is ready: sha256:[0-9a-f]{64}, \d+ MB$/m)
  const { payload } = await invoke(server, 'dotnet')
  assert.deepEqual([payload.arguments, payload.directory], [['/var/runtime/bootstrap'], '/var/task'])
  for (const line of [
    ...['_HANDLER=App::App.Handler::Handle', 'AWS_EXECUTION_ENV=AWS_Lambda_dotnet8', 'DOTNET=here'],
    ...['LAMBDA_TASK_ROOT=/var/task', 'LAMBDA_RUNTIME_DIR=/var/runtime'],
  ])
    assert.ok(payload.variables.includes(line), line)
  assert.deepEqual((await invoke(server, 'dotnet', { list: '/var/task' })).payload.names, ['app.dll'])
})

test('environments that are kept are kept of an image that is pulled anew', { skip: !isRoot }, async () => {
  await createProvider(server, 'p')
  const code = { 'app.dll': '' }
  await createManaged(server, { FunctionName: 'kept', code, Runtime: 'dotnet8', Handler: 'any', Publish: true })
  // There is no log before the first of them.
  const starts = async () => (await linesOf('kept').catch(() => [])).filter((line) => line.includes('initStart')).length
  const untilStarted = (count: number) => poll(async () => ((await starts()) >= count ? true : undefined))
  await untilStarted(1)
  const own = { name: 'var/runtime/bootstrap', content: await imageProgram(), mode: 0o755 }
  writeLayout(layout('dotnet'), { layers: [[own]], Env: ['DOTNET=anew'] })
  await printed('pull', 'dotnet8', 'oci:dotnet')
  await untilStarted(2)
})

const createCustom = (FunctionName: string, content: string | Buffer) =>
  createFunction(server, {
    FunctionName,
    code: {},
    Code: { ZipFile: zipOfEntries([{ name: 'bootstrap', content, mode: 0o100755 }]) },
    Runtime: 'provided.al2023',
    Handler: 'any',
  })

test('custom runtimes find the files of an image around their bootstrap', { skip: !isRoot }, async () => {
  writeLayout(layout('provided'), { layers: [[{ name: 'etc/' }, { name: 'etc/release', content: 'of the image' }]] })
  await printed('pull', 'provided.al2023', 'oci:provided')
  await createCustom('custom', await imageProgram())
  assert.deepEqual((await invoke(server, 'custom', { read: '/etc/release' })).payload, {
    content: 'of the image',
    error: '',
  })
  // The host has one, the image has not.
  await createCustom('script', '#!/bin/sh\n')
  assert.match(
    (await invoke(server, 'script')).payload.errorMessage,
    /fork\/exec \/var\/task\/bootstrap: no such file or directory/,
  )
})

test('environments go on with an image that is removed, and others lack the runtime', { skip: !isRoot }, async () => {
  const { payload } = await invoke(server, 'after')
  assert.match(await printed('remove', runtime), new RegExp(`^${runtime} is not taken from `))
  assert.equal((await invoke(server, 'after')).payload.count, payload.count + 1)
  await create('late')
  assert.match(JSON.stringify((await invoke(server, 'late')).payload), /no interpreter for runtime/)
  assert.deepEqual(
    (await listed()).map(([name]) => name),
    ['dotnet8', 'provided.al2023'],
  )
  assert.ok(readdirSync(join(home, 'data/images')).length > 3, 'the files stay for those who have them')
})

test('an image of which the tag has moved is pulled again when it is asked for', { skip: !isRoot }, async () => {
  await printed('pull', runtime, `${registry.host}/python:1`)
  const [first] = (await listed()).filter(([name]) => name === runtime)
  assert.equal((await invoke(server, 'late')).payload.variables.GREETING, 'of the image')
  await registry.push('python:1', pythonImage({ Env: ['PATH=/usr/bin', 'GREETING=anew'] }))
  assert.equal((await invoke(server, 'late')).payload.variables.GREETING, 'of the image')
  await printed('pull', runtime, `${registry.host}/python:1`)
  const [second] = (await listed()).filter(([name]) => name === runtime)
  assert.notEqual(first?.[2], second?.[2])
  assert.equal((await invoke(server, 'late')).payload.variables.GREETING, 'anew', 'also where one is warm')
})

test('layers go beside an interpreter that an image keeps below /opt', { skip: !isRoot }, async () => {
  const moved = python.files.map((file) =>
    `/${file.name}` === python.executable ? { ...file, name: 'opt/py/python3' } : file,
  )
  writeLayout(layout('opt'), pythonImage({ layers: [moved], Env: ['PATH=/opt/py'] }))
  await printed('pull', runtime, 'oci:opt')
  const { payload } = await invoke(server, 'look')
  assert.deepEqual([payload.executable, payload.layers.sort()], ['/opt/py/python3', ['part.txt', 'py']])
})

/** A new directory that `oci:NAME` stands for. */
function layout(name: string): string {
  mkdirSync(join(home, 'layouts', name), { recursive: true })
  return join(home, 'layouts', name)
}

test('what cannot be had is told in a sentence, and changes nothing', { skip: !isRoot }, async () => {
  const known = await listed()
  const program = await programImage()
  writeLayout(layout('empty'), { layers: [[{ name: 'etc/' }]], Env: ['PATH=/bin'] })
  writeLayout(layout('other-python'), pythonImage())
  writeLayout(layout('text'), { layers: [[{ name: 'var/runtime/bootstrap', content: 'text' }]] })
  const foreign = Buffer.alloc(64)
  foreign.write('\x7fELF', 0, 'latin1')
  writeLayout(layout('foreign'), { layers: [[{ name: 'var/runtime/bootstrap', content: foreign, mode: 0o755 }]] })
  writeMultiLayout(layout('elsewhere'), { riscv64: program })
  writeLayout(layout('large'), { layers: [[{ name: 'big', content: Buffer.alloc(80 * 1024 ** 2) }]] })
  const wrong: readonly (readonly [args: readonly string[], line: RegExp])[] = [
    [
      ['pull', 'python4.0'],
      /^lambent: There is no runtime python4\.0: the runtimes are nodejs20\.x, .*, java8\.al2\.$/,
    ],
    [['pull', runtime, 'oci:nothing'], /^lambent: There is no image oci:nothing\.$/],
    [['pull', runtime, 'python'], /^lambent: python names no image: REGISTRY\/NAME:TAG, /],
    [['pull', runtime, `${registry.host}/python:2`], /^lambent: There is no image .*\/python:2\.$/],
    [
      ['pull', runtime, '127.0.0.1:1/a:b'],
      /^lambent: 127\.0\.0\.1:1\/a:b could not be read: its registry does not answer/,
    ],
    [['pull', runtime, 'oci:elsewhere'], /^lambent: oci:elsewhere is not for Linux on (x86_64|arm64)\.$/],
    [['pull', runtime, 'oci:foreign'], /^lambent: oci:foreign holds programs that are not for (x86_64|arm64)\.$/],
    [
      ['pull', 'ruby3.3', 'oci:empty'],
      /^lambent: oci:empty has neither \/var\/runtime\/bootstrap nor an interpreter for ruby3\.3 on its PATH \(\/bin\)\.$/,
    ],
    [
      ['pull', 'python3.14', 'oci:other-python'],
      /an interpreter for python3\.14 on its PATH \(\/usr\/bin\), but Python 3\.\d+\.\d+\.$/,
    ],
    [
      ['pull', 'java21', 'oci:text'],
      /^lambent: oci:text has a \/var\/runtime\/bootstrap that cannot be run: permission denied\.$/,
    ],
    [
      ['pull', 'dotnet10', 'oci:empty'],
      /^lambent: oci:empty has no \/var\/runtime\/bootstrap, without which dotnet10 cannot be run here\.$/,
    ],
    [['pull', runtime, 'oci:large'], /^lambent: oci:large is larger than --image-mb allows\.$/],
    [['remove', 'ruby3.2'], /^lambent: No image was pulled for the runtime ruby3\.2\.$/],
    [['remove'], /^lambent: say which runtime, such as python3\.13$/],
    [['pull', runtime, 'a', 'b'], /^lambent: usage: /],
    [['nonsense'], /^lambent: usage: npm run lambent -- COMMAND\n {2}runtimes pull /],
    [['list', '--nonsense'], /^lambent: Unknown option '--nonsense'/],
    [['list', '--account', OTHER], /^lambent: Only the root user of the server's own account may do this\.$/],
  ]
  for (const [args, line] of wrong) {
    const { code, stderr } = await command(...args)
    assert.match(stderr.trimEnd(), new RegExp(line.source, 'm'), args.join(' '))
    assert.equal(code, 1)
  }
  assert.deepEqual(await listed(), known)
})

test('only the root user of the server’s own account may ask', async () => {
  const user = await createUser(server, 'curious', { Effect: 'Allow', Action: '*', Resource: '*' })
  const root = inAccount(server, OTHER).credentials
  for (const [method, path] of [
    ['GET', '/_lambent/runtimes'],
    ['POST', `/_lambent/runtimes/${runtime}`],
    ['DELETE', `/_lambent/runtimes/${runtime}`],
  ] as const)
    for (const credentials of [user, root])
      assert.equal((await sendSigned(server, { method, path }, credentials)).status, 403, `${method} ${path}`)
  for (const [method, path] of [
    ['GET', '/_lambent/runtimes/python4.0'],
    ['PUT', '/_lambent/runtimes/python3.13'],
    ['POST', '/_lambent/runtimes'],
    ['GET', '/_lambent/runtimes/a/b'],
  ] as const)
    assert.equal((await sendSigned(server, { method, path })).status, 404, `${method} ${path}`)
})

test('without namespaces no runtime is taken from an image', async () => {
  await server.stop()
  server = await start('--isolation', 'process')
  const { code, stderr } = await command('pull', runtime, `${registry.host}/python:1`)
  assert.equal(code, 1)
  assert.match(stderr, /Runtimes from container images need lambent to be started with --isolation bubblewrap\./)
  await create('plain')
  assert.match(JSON.stringify((await invoke(server, 'plain')).payload), /no interpreter for runtime/)
})
