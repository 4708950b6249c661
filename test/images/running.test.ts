import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { GetFunctionCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { invoke, lambdaClient, logsClient } from '../support/clients.ts'
import { configurationOf } from '../support/functions.ts'
import {
  createImageFunction,
  look,
  programImage,
  requestImageFunction,
  updateSettings,
} from '../support/image-functions.ts'
import { hostPrograms, type ImageSetup, imageProgram } from '../support/images.ts'
import { poll } from '../support/poll.ts'
import { type Registry, startRegistry } from '../support/registry.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'

const NOBODY = 65534
const accessPoint = `arn:aws:elasticfilesystem:${REGION}:${ACCOUNT}:access-point/fsap-0123456789abcdef0`

let registry: Registry
let server: TestServer
let shared: string

before(async () => {
  shared = mkdtempSync(join(tmpdir(), 'lambent-shared-'))
  chmodSync(shared, 0o777)
  registry = await startRegistry()
  server = await startTestServer({ args: ['--file-system', `${accessPoint}=${shared}`] })
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
  await registry?.[Symbol.asyncDispose]()
  rmSync(shared, { recursive: true })
})

/** Pushes the image and creates a function of it. */
async function deploy(FunctionName: string, image: ImageSetup, input = {}): Promise<string> {
  const digest = await registry.push(`${FunctionName}:v1`, image)
  await createImageFunction(server, FunctionName, `${registry.host}/${FunctionName}:v1`, input)
  return digest
}

const linesOf = async (name: string): Promise<readonly string[]> => {
  const { events = [] } = await logsClient(server).send(
    new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` }),
  )
  return events.map(({ message = '' }) => message.trimEnd())
}

const ask = async (FunctionName: string, event: object) => (await invoke(server, FunctionName, event)).payload

test('a program alone is a function', async () => {
  const digest = await deploy('alone', await programImage())
  const { Configuration = {}, Code } = await lambdaClient(server).send(
    new GetFunctionCommand({ FunctionName: 'alone' }),
  )
  assert.deepEqual(Code, {
    RepositoryType: 'ECR',
    ImageUri: `${registry.host}/alone:v1`,
    ResolvedImageUri: `${registry.host}/alone@sha256:${digest}`,
  })
  const { PackageType, CodeSize, CodeSha256, Runtime, Handler, RuntimeVersionConfig, ImageConfigResponse } =
    Configuration
  assert.deepEqual([PackageType, CodeSize, CodeSha256], ['Image', 0, digest])
  assert.deepEqual([Runtime, Handler, RuntimeVersionConfig, ImageConfigResponse], Array(4).fill(undefined))
  const { Functions = [] } = await lambdaClient(server).send(new ListFunctionsCommand({}))
  assert.equal(Functions.find(({ FunctionName }) => FunctionName === 'alone')?.PackageType, 'Image')

  const seen = await look(server, 'alone')
  assert.deepEqual([seen.arguments, seen.directory], [['/app'], '/'])
  assert.deepEqual((await ask('alone', { list: '/' })).names.sort(), [
    ...['app', 'dev', 'etc', 'mnt', 'proc', 'run', 'tmp'],
  ])
})

test('the process has no rights, and a user of its own', async () => {
  const { user, group, status } = await look(server, 'alone')
  if (process.getuid?.() === 0) assert.ok(user > 65535 && group === user, `${user} ${group}`)
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) assert.ok(status.includes(`${set}:\t0000000000000000`))
  assert.ok(status.includes('NoNewPrivs:\t1'))
  assert.ok(status.includes('Seccomp:\t2'), 'and its system calls are filtered')
})

test('variables are those of Lambda without those of its runtimes', async () => {
  const { variables } = await look(server, 'alone')
  assert.deepEqual(variables.map((line) => line.split('=')[0]).sort(), [
    ...['AWS_ACCESS_KEY_ID', 'AWS_DEFAULT_REGION', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_NAME'],
    ...['AWS_LAMBDA_FUNCTION_VERSION', 'AWS_LAMBDA_INITIALIZATION_TYPE', 'AWS_LAMBDA_LOG_GROUP_NAME'],
    ...['AWS_LAMBDA_LOG_STREAM_NAME', 'AWS_LAMBDA_RUNTIME_API', 'AWS_REGION', 'AWS_SECRET_ACCESS_KEY'],
    ...['AWS_SESSION_TOKEN', 'AWS_XRAY_CONTEXT_MISSING', 'AWS_XRAY_DAEMON_ADDRESS', 'PATH', 'PWD', 'TZ'],
    ...['_AWS_XRAY_DAEMON_ADDRESS', '_AWS_XRAY_DAEMON_PORT'],
  ])
})

test('only /tmp can be written to, and names are resolved as on the host', async () => {
  assert.deepEqual(await ask('alone', { write: '/tmp/file' }), { error: '' })
  for (const write of ['/file', '/etc/file', '/run/lambent/file', '/dev/file', '/app'])
    assert.match((await ask('alone', { write })).error, /read-only file system|permission denied|text file busy/, write)
  assert.equal((await ask('alone', { read: '/etc/resolv.conf' })).content, readFileSync('/etc/resolv.conf', 'utf8'))
  assert.match((await ask('alone', { read: '/etc/hosts' })).content, /sandbox\.localdomain/)
  assert.match((await ask('alone', { read: '/etc/passwd' })).content, /sbx_user1051/)
})

test('entry point, command, directory and variables are those of the image', async () => {
  const image = await programImage('', {
    files: [
      ...[{ name: 'work/' }, { name: 'etc/' }, { name: 'etc/passwd', content: 'me:x:1:1::/:/app\n' }],
      ...[{ name: 'usr/' }, { name: 'usr/bin/' }, { name: 'usr/bin/run', linkTo: '../../app' }],
    ],
    Entrypoint: ['run', 'first'],
    Cmd: ['second', 'with $HOME and "quotes"'],
    WorkingDir: '/work',
    Env: ['PATH=/usr/bin', 'GREETING=a=b c', 'TZ=Europe/Berlin', 'AWS_REGION=mars', "QUOTED=it's"],
  })
  await deploy('own', image)
  const { arguments: parameters, directory, variables } = await look(server, 'own')
  assert.deepEqual(parameters, ['/usr/bin/run', 'first', 'second', 'with $HOME and "quotes"'])
  assert.equal(directory, '/work')
  assert.equal((await ask('own', { read: '/etc/passwd' })).content, 'me:x:1:1::/:/app\n')
  for (const line of ['PATH=/usr/bin', 'GREETING=a=b c', 'TZ=Europe/Berlin', "QUOTED=it's", `AWS_REGION=${REGION}`])
    assert.ok(variables.includes(line), line)
})

test('a function puts settings of its own in the place of the image’s', async () => {
  const files = [{ name: 'one/' }, { name: 'two/' }]
  const image = await programImage('image', { files, WorkingDir: '/one', Env: ['GREETING=image', 'KEPT=image'] })
  const ImageConfig = { EntryPoint: ['/app', 'mine'], Command: ['x', 'y'], WorkingDirectory: '/two' }
  await deploy('changed', image, { ImageConfig, Environment: { Variables: { GREETING: 'mine' } } })
  assert.deepEqual((await configurationOf(server, 'changed')).ImageConfigResponse, { ImageConfig })
  const seen = await look(server, 'changed')
  assert.deepEqual([seen.arguments, seen.directory], [['/app', 'mine', 'x', 'y'], '/two'])
  assert.ok(seen.variables.includes('GREETING=mine') && seen.variables.includes('KEPT=image'))

  await updateSettings(server, 'changed', { ImageConfig: { Command: ['z'] } })
  const { ImageConfigResponse } = await configurationOf(server, 'changed')
  assert.deepEqual(ImageConfigResponse, { ImageConfig: { Command: ['z'] } })
  const changed = await look(server, 'changed')
  assert.deepEqual([changed.arguments, changed.directory], [['/app', 'z'], '/one'])

  await updateSettings(server, 'changed', { MemorySize: 256 })
  assert.deepEqual((await look(server, 'changed')).arguments, ['/app', 'z'], 'another update leaves them')
  await updateSettings(server, 'changed', { ImageConfig: {} })
  assert.equal((await configurationOf(server, 'changed')).ImageConfigResponse, undefined)
  assert.deepEqual((await look(server, 'changed')).arguments, ['/app', 'image'])
})

test('extensions of the image run beside the program', async () => {
  const content = await imageProgram()
  const files = [
    ...[{ name: 'opt/' }, { name: 'opt/extensions/' }],
    { name: 'opt/extensions/watcher', content, mode: 0o755 },
  ]
  await deploy('extended', await programImage('', { files }))
  await look(server, 'extended')
  const lines = await linesOf('extended')
  assert.ok(lines.includes('the extension of the image has registered'), lines.join('\n'))
  assert.ok(lines.some((line) => line.startsWith('EXTENSION\tName: watcher\tState: Ready')))
  assert.ok(!lines.some((line) => line.startsWith('INIT_START')), 'there is no version of a runtime to tell')
})

/** A runtime as a shell script. */
const SCRIPT = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  event=$(/usr/bin/curl -sS -D /tmp/head "$api/next")
  while read -r name value; do
    case "$name" in Lambda-Runtime-Aws-Request-Id:) id=\${value%?};; esac
  done </tmp/head
  /usr/bin/curl -sS -X POST "$api/$id/response" -d "$event" >/tmp/answer
done
`

test('a script is started by the shell of the image, with the libraries of the image', async () => {
  const programs = await hostPrograms('/bin/sh', '/usr/bin/curl')
  // What a loader takes from there would be loaded into programs of ours that still have a right.
  const preload = { name: 'etc/ld.so.preload', content: '/lib/of-the-image.so\n' }
  const files = [...programs, { name: 'entry.sh', content: SCRIPT, mode: 0o755 }, preload]
  await deploy('script', { layers: [files], Entrypoint: ['./entry.sh'] })
  assert.deepEqual(await ask('script', { a: ['b', 'ü'] }), { a: ['b', 'ü'] })
  assert.doesNotMatch((await linesOf('script')).join('\n'), /of-the-image/)
})

test('an image also runs without a network', async () => {
  await using alone = await startTestServer({ args: ['--network', 'none'] })
  await createImageFunction(alone, 'alone', `${registry.host}/alone:v1`)
  const { variables } = await look(alone, 'alone')
  assert.ok(variables.includes('AWS_LAMBDA_RUNTIME_API=127.0.0.1:9001'))
})

test('an ordinary user’s server runs images in a user namespace', { skip: process.getuid?.() !== 0 }, async () => {
  await using ordinary = await startTestServer({ user: NOBODY })
  await createImageFunction(ordinary, 'alone', `${registry.host}/alone:v1`)
  const { status, directory } = await look(ordinary, 'alone')
  assert.equal(directory, '/')
  assert.ok(status.includes('CapEff:\t0000000000000000') && status.includes('CapAmb:\t0000000000000000'))

  // Of directories that deny it to their owner nothing is left either.
  const [noTar, closed] = [Buffer.alloc(2048, 'no tar'), [{ name: 'closed/', mode: 0o555 }, { name: 'closed/file' }]]
  await registry.push('closed:1', { layers: [closed, noTar] })
  await requestImageFunction(ordinary, 'closed', `${registry.host}/closed:1`)
  const { StateReasonCode } = await poll(async () => {
    const configuration = await configurationOf(ordinary, 'closed')
    return configuration.State === 'Pending' ? undefined : configuration
  })
  assert.equal(StateReasonCode, 'InvalidImage')
  assert.deepEqual(readdirSync(join(ordinary.dataDirectory, 'images/temporary')), [])
})

test('devices and pipes of an image are left out', async () => {
  const files = [
    ...[{ name: 'pipe', kind: 'pipe' } as const, { name: 'zero', kind: 'character device' } as const],
    ...[{ name: 'opt/' }, { name: 'opt/pipe', kind: 'pipe' } as const],
  ]
  await deploy('special', await programImage('', { files }))
  assert.deepEqual((await ask('special', { list: '/opt' })).names ?? [], [])
  const { names } = await ask('special', { list: '/' })
  assert.deepEqual(names.sort(), [...['app', 'dev', 'etc', 'mnt', 'opt', 'proc', 'run', 'tmp']])
})

test('file systems are mounted into the image', async () => {
  const FileSystemConfigs = [{ Arn: accessPoint, LocalMountPath: '/mnt/shared' }]
  await deploy('mounted', await programImage('', { files: [{ name: 'mnt', linkTo: '/etc' }] }), {
    FileSystemConfigs,
    VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
  })
  assert.deepEqual(await ask('mounted', { write: '/mnt/shared/file' }), { error: '' })
  assert.equal(readFileSync(join(shared, 'file'), 'utf8'), 'written')
})

/** Images that cannot be started, and what an invocation is told. */
const broken: readonly {
  readonly name: string
  readonly image?: Partial<ImageSetup>
  readonly ImageConfig?: object
  readonly errorType: string
  readonly message: string
}[] = [
  {
    name: 'no-program',
    ImageConfig: { EntryPoint: ['/missing'] },
    errorType: 'Runtime.InvalidEntrypoint',
    message: 'fork/exec /missing: no such file or directory',
  },
  {
    name: 'not-in-path',
    ImageConfig: { EntryPoint: ['missing'] },
    errorType: 'Runtime.InvalidEntrypoint',
    message: 'exec: "missing": executable file not found in $PATH',
  },
  {
    name: 'not-executable',
    ImageConfig: { EntryPoint: ['/text'] },
    errorType: 'Runtime.InvalidEntrypoint',
    message: 'fork/exec /text: permission denied',
  },
  {
    name: 'no-format',
    ImageConfig: { EntryPoint: ['/nonsense'] },
    errorType: 'Runtime.InvalidEntrypoint',
    message: 'fork/exec /nonsense: exec format error',
  },
  {
    name: 'no-interpreter',
    ImageConfig: { EntryPoint: ['/script'] },
    errorType: 'Runtime.InvalidEntrypoint',
    message: 'fork/exec /script: no such file or directory',
  },
  {
    name: 'no-entry-point',
    image: { Entrypoint: [] },
    errorType: 'Runtime.InvalidEntrypoint',
    message: 'the image has neither an entry point nor a command',
  },
  {
    name: 'no-directory',
    ImageConfig: { WorkingDirectory: '/nowhere' },
    errorType: 'Runtime.InvalidWorkingDir',
    message: 'chdir /nowhere: no such file or directory',
  },
  {
    name: 'directory-is-a-file',
    ImageConfig: { WorkingDirectory: '/text' },
    errorType: 'Runtime.InvalidWorkingDir',
    message: 'chdir /text: no such file or directory',
  },
  {
    name: 'ends-at-once',
    ImageConfig: { Command: ['exit'] },
    errorType: 'Runtime.ExitError',
    message: 'Runtime exited with error: exit status 3',
  },
]

for (const { name, image = {}, ImageConfig, errorType, message } of broken)
  test(`an image that cannot be started is a function error: ${name}`, async () => {
    const files = [
      { name: 'text', content: 'text' },
      { name: 'nonsense', content: 'nonsense', mode: 0o755 },
      // The host has one, the image has not.
      { name: 'script', content: '#!/bin/sh\n', mode: 0o755 },
    ]
    await deploy(name, await programImage('', { files, ...image }), ImageConfig && { ImageConfig })
    const answer = await invoke(server, name, {}, { LogType: 'Tail' })
    assert.equal(answer.FunctionError, 'Unhandled')
    assert.deepEqual(
      [answer.payload.errorType, answer.payload.errorMessage.replace(/^.* Error: /, '')],
      [errorType, message],
    )
    if (errorType !== 'Runtime.ExitError') {
      const launch = (await linesOf(name)).find((line) => line.startsWith('IMAGE\t'))
      assert.ok(String(launch).startsWith(`IMAGE\tLaunch error: ${message}\tEntrypoint: [`), String(launch))
    }
  })

test('links of an image never lead to a file of the host', async () => {
  const secret = join(shared, 'secret')
  const links = [
    ...['etc/resolv.conf', 'etc/hosts', 'etc/passwd', 'etc/group'].map((name) => ({ name, linkTo: secret })),
    ...['tmp', 'proc', 'dev', 'run', 'opt', 'link'].map((name) => ({ name, linkTo: shared })),
  ]
  await deploy('links', await programImage('', { files: [{ name: 'etc/' }, ...links] }))
  const seen = await look(server, 'links')
  assert.equal(seen.directory, '/')
  assert.deepEqual(await ask('links', { write: '/tmp/file' }), { error: '' })
  assert.equal(existsSync(secret), false)
  assert.match((await ask('links', { list: '/link' })).error, /no such file/)
})

test('files outside an image are not written to by its layers', async () => {
  const outside = join(shared, 'outside')
  const files = [
    { name: `../../../../../../../../../..${outside}`, content: 'x' },
    { name: 'away', linkTo: shared },
    { name: 'away/outside', content: 'x' },
  ]
  await deploy('escapes', await programImage('', { files }))
  await look(server, 'escapes')
  assert.equal(existsSync(outside), false)
})
