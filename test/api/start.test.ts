import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { CreateAccessKeyCommand, CreateUserCommand, GetUserCommand } from '@aws-sdk/client-iam'
import {
  CreateFunctionCommand,
  GetFunctionCommand,
  ListFunctionsCommand,
  PutProvisionedConcurrencyConfigCommand,
} from '@aws-sdk/client-lambda'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import {
  createFunction,
  executionRole,
  iamClient,
  invoke,
  lambdaClient,
  untilActive,
  untilUpdated,
} from '../support/clients.ts'
import { startGates } from '../support/gates.ts'
import { poll } from '../support/poll.ts'
import { sendRaw, sendSigned } from '../support/raw.ts'
import { run } from '../support/run.ts'
import { ACCOUNT, cleanEnvironment, startTestServer, type TestServer } from '../support/server.ts'
import { startSlowServer } from '../support/slow-runtime.ts'
import { assertGivesUp, startInVain, temporaryDirectory } from '../support/start-in-vain.ts'
import { zipOfFixture } from '../support/zip.ts'

const identityOf = (server: TestServer, region = server.region) =>
  new STSClient({ endpoint: server.url, region, credentials: server.credentials, maxAttempts: 1 }).send(
    new GetCallerIdentityCommand({}),
  )

test('port 0 takes a free port, which the ready line tells', async () => {
  await using one = await startTestServer()
  await using two = await startTestServer()
  assert.match(one.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.notEqual(one.url, two.url)
  assert.ok(one.output().startsWith(`lambent ready on ${one.url}\n`))
  assert.equal((await identityOf(one)).Account, ACCOUNT)
})

test('the lines that it prints make a shell ready for any AWS client', async () => {
  await using server = await startTestServer()
  await poll(() => server.output().includes('AWS_SECRET_ACCESS_KEY') || undefined)
  const lines = server.output().match(/^ {2}export .*$/gm) ?? []
  assert.equal(lines.length, 3)
  const script = `${lines.join('\n')}\nexec '${join(import.meta.dirname, '../../.cache/python/bin/python')}' -c 'import boto3; print(boto3.client("sts").get_caller_identity()["Arn"])'`
  const { stdout, stderr } = await run('sh', ['-c', script], { env: cleanEnvironment() })
  assert.equal(stdout, `arn:aws:iam::${ACCOUNT}:root\n`, stderr)
})

test('the root key is in a file for its owner alone, in the form of AWS, and is shown only when it is made', async () => {
  using directory = temporaryDirectory()
  const dataDirectory = join(directory.path, 'data')
  const file = join(dataDirectory, 'credentials')
  {
    await using server = await startTestServer({ dataDirectory })
    const { accessKeyId, secretAccessKey } = server.credentials
    await poll(() => server.output().includes(secretAccessKey) || undefined)
    assert.equal(
      readFileSync(file, 'utf8'),
      `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    )
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(statSync(dataDirectory).mode & 0o777, 0o700)
    assert.match(accessKeyId, /^AKIA[A-Z2-7]{16}$/)
    assert.match(secretAccessKey, /^\S{40}$/)
  }
  const before = readFileSync(file, 'utf8')
  await using again = await startTestServer({ dataDirectory })
  assert.equal((await identityOf(again)).Arn, `arn:aws:iam::${ACCOUNT}:root`)
  assert.equal(readFileSync(file, 'utf8'), before)
  assert.doesNotMatch(again.output(), /AWS_SECRET_ACCESS_KEY/)
})

test('a preset root key is the root key, and remains it', async () => {
  using directory = temporaryDirectory()
  const dataDirectory = directory.path
  const preset = { accessKeyId: 'AKIAPRESETPRESET0000', secretAccessKey: 'preset/secret+0' }
  const environment = {
    LAMBENT_ROOT_ACCESS_KEY_ID: preset.accessKeyId,
    LAMBENT_ROOT_SECRET_ACCESS_KEY: preset.secretAccessKey,
  }
  for (const setup of [{ dataDirectory, environment }, { dataDirectory }]) {
    await using server = await startTestServer(setup)
    assert.deepEqual(server.credentials, preset)
    assert.equal((await identityOf(server)).Arn, `arn:aws:iam::${ACCOUNT}:root`)
  }
})

test('options are also read from the environment, and the command line wins', async () => {
  await using server = await startTestServer({
    args: ['--account', '123456789012'],
    environment: {
      LAMBENT_REGION: 'cn-north-1',
      LAMBENT_ACCOUNT: '999999999999',
      LAMBENT_PORT: '1',
      LAMBENT_DATA_DIR: '/nowhere',
    },
  })
  const { Arn } = await identityOf(server, 'cn-north-1')
  assert.equal(Arn, 'arn:aws-cn:iam::123456789012:root')
})

const inVain: readonly {
  name: string
  args?: readonly string[]
  environment?: Readonly<Record<string, string>>
  line: RegExp
}[] = [
  { name: 'a port that is none', args: ['--port', '70000'], line: /^--port: '70000' is not 0 to 65535/ },
  { name: 'a port in words', args: ['--port', 'http'], line: /^--port: 'http' is not / },
  {
    name: 'a region that is none',
    args: ['--region', 'mars'],
    line: /^--region: 'mars' is not a region such as us-east-1$/,
  },
  { name: 'an account of five digits', args: ['--account', '12345'], line: /^--account: '12345' is not 12 digits$/ },
  {
    name: 'an account of five digits among others',
    args: ['--accounts', '111111111111,12345'],
    line: /^--accounts: '111111111111,12345' is not a list of up to 20 accounts of 12 digits, separated by commas$/,
  },
  {
    name: 'an organization that is none',
    environment: { LAMBENT_ORGANIZATION: 'mine' },
    line: /^LAMBENT_ORGANIZATION: 'mine' is not the id of an organization such as o-a1b2c3d4e5$/,
  },
  {
    name: 'a file system without a directory',
    args: ['--file-system', 'arn:aws:elasticfilesystem:x'],
    line: /^--file-system: 'arn:aws:elasticfilesystem:x' is not <access point ARN>=<directory>$/,
  },
  {
    name: 'too little memory',
    args: ['--memory-mb', '127'],
    line: /^--memory-mb: '127' is not a number of megabytes, at least 128$/,
  },
  {
    name: 'memory in words',
    args: [],
    environment: { LAMBENT_MEMORY_MB: 'much' },
    line: /^LAMBENT_MEMORY_MB: 'much' is not a number of megabytes, at least 128$/,
  },
  {
    name: 'a file system whose directory is not there',
    args: ['--file-system', 'arn:aws:elasticfilesystem:x=/nowhere'],
    line: /^--file-system: '\/nowhere' is not a directory$/,
  },
  {
    name: 'a file system without namespaces',
    args: ['--isolation', 'process', '--file-system', 'arn:aws:elasticfilesystem:x=/tmp'],
    line: /^--file-system needs --isolation bubblewrap/,
  },
  { name: 'an unknown way to authenticate', args: ['--auth', 'maybe'], line: /^--auth: 'maybe' is not iam or none$/ },
  {
    name: 'an unknown network',
    args: ['--network', 'mine'],
    line: /^--network: 'mine' is not host or none$/,
  },
  {
    name: 'no network without namespaces',
    args: ['--isolation', 'process'],
    environment: { LAMBENT_NETWORK: 'none' },
    line: /^--network none needs --isolation bubblewrap/,
  },
  {
    name: 'an unknown isolation',
    args: ['--isolation', 'hope'],
    line: /^--isolation: 'hope' is not bubblewrap or process$/,
  },
  {
    name: 'an S3 that is no URL',
    args: ['--s3-endpoint', 'localhost:9000'],
    line: /^--s3-endpoint: 'localhost:9000' is not a URL such as http:\/\/127\.0\.0\.1:9000$/,
  },
  {
    name: 'half a key for S3',
    environment: { LAMBENT_AWS_ACCESS_KEY_ID: 'key' },
    line: /^LAMBENT_AWS_ACCESS_KEY_ID and LAMBENT_AWS_SECRET_ACCESS_KEY must be set together$/,
  },
  {
    name: 'an unknown option',
    args: ['--colour', 'red'],
    line: /^Unknown option '--colour'; usage: npm start -- \[--port 4566\]/,
  },
  { name: 'an option without a value', args: ['--port'], line: /--port.*; usage: / },
  { name: 'a word too many', args: ['start'], line: /'start'.*; usage: / },
  {
    name: 'a bad option in the environment',
    environment: { LAMBENT_REGION: 'mars' },
    line: /^LAMBENT_REGION: 'mars' is not a region/,
  },
  {
    name: 'half a preset key',
    environment: { LAMBENT_ROOT_ACCESS_KEY_ID: 'AKIAPRESETPRESET0000' },
    line: /^LAMBENT_ROOT_ACCESS_KEY_ID and LAMBENT_ROOT_SECRET_ACCESS_KEY must be set together$/,
  },
  {
    name: 'the other half of a preset key',
    environment: { LAMBENT_ROOT_SECRET_ACCESS_KEY: 'secret' },
    line: /must be set together$/,
  },
  {
    name: 'a preset key that is too short',
    environment: { LAMBENT_ROOT_ACCESS_KEY_ID: 'AKIA', LAMBENT_ROOT_SECRET_ACCESS_KEY: 'secret' },
    line: /^LAMBENT_ROOT_ACCESS_KEY_ID must have 16 to 128 letters and digits$/,
  },
  {
    name: 'no authentication beyond loopback',
    args: ['--auth', 'none', '--host', '0.0.0.0'],
    line: /^--auth none accepts anybody, so it listens on a loopback address only, not on 0\.0\.0\.0$/,
  },
  {
    name: 'no authentication on every address, by IPv6',
    args: ['--auth', 'none', '--host', '::'],
    line: /listens on a loopback address only/,
  },
  { name: 'an address of another machine', args: ['--host', '192.0.2.1', '--port', '0'], line: /192\.0\.2\.1/ },
  {
    name: 'a host that does not exist',
    args: ['--host', 'no.such.host.invalid', '--port', '0'],
    line: /no\.such\.host\.invalid/,
  },
  { name: 'a data directory that is a file', args: ['--data-dir', '/dev/null', '--port', '0'], line: /\/dev\/null/ },
]

for (const { name, args = [], environment = {}, line } of inVain) {
  test(`${name}: one clear line and exit code 1`, async () => {
    assertGivesUp(await startInVain(args, environment), line)
  })
}

test('a port that is in use is told in one line', async () => {
  await using server = await startTestServer()
  assertGivesUp(
    await startInVain(['--port', new URL(server.url).port]),
    /^the port is in use; choose another with --port, or 0 for a free one/,
  )
})

test('a data directory that is in use is told in one line, and its server is not disturbed', async () => {
  await using server = await startTestServer()
  assertGivesUp(
    await startInVain(['--port', '0', '--data-dir', server.dataDirectory]),
    new RegExp(`^Another server is using the data directory ${server.dataDirectory}\\.$`),
  )
  assert.equal((await identityOf(server)).Account, ACCOUNT)
})

test('--auth none warns, and then anybody is root and no role needs to exist', async () => {
  await using server = await startTestServer({ args: ['--auth', 'none'] })
  await poll(() => /WARNING: --auth none: whoever reaches this port is root/.test(server.errors()) || undefined)
  const body = JSON.stringify({
    FunctionName: 'open',
    Role: `arn:aws:iam::${ACCOUNT}:role/imagined`,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile: zipOfFixture('echo-node').toString('base64') },
  })
  assert.equal((await sendRaw(server, { method: 'POST', path: '/2015-03-31/functions', body })).status, 201)
  const forged = { ...server, credentials: { accessKeyId: 'whoever', secretAccessKey: 'whatever' } }
  await untilActive(forged, 'open')
  assert.deepEqual((await invoke(forged, 'open', { hello: 'you' })).payload, { hello: 'you' })
})

test('a port that other machines reach is warned of', async () => {
  await using server = await startTestServer({ args: ['--host', '0.0.0.0', '--insecure'] })
  await poll(
    () => /WARNING: this port is reachable from other machines, without TLS/.test(server.errors()) || undefined,
  )
})

test('it listens on IPv6 when asked', async () => {
  await using server = await startTestServer({ args: ['--host', '::1'] })
  assert.match(server.url, /^http:\/\/\[::1\]:\d+$/)
  assert.equal((await sendSigned(server, { method: 'GET', path: '/2015-03-31/functions' })).status, 200)
})

const WAITS = {
  'index.mjs': "export const handler = async ({ gate }) => { await fetch(gate); return 'passed' }",
}

test('SIGTERM lets the invocation that runs finish, refuses new ones, and ends with 0', async () => {
  using gates = await startGates()
  await using server = await startTestServer()
  await createFunction(server, { FunctionName: 'waits', code: WAITS })
  const running = invoke(server, 'waits', { gate: gates.urlFor('gate') })
  await gates.reached('gate')
  const stopped = server.stop()
  await poll(() => server.output().includes('lambent: stopping') || undefined)
  assert.equal(await openingOf(server), 'refused')
  gates.open('gate')
  assert.equal((await running).payload, 'passed')
  assert.equal(await stopped, 0)
})

/** Whether a new request is served or refused, be it by a closed port or by an answer. */
async function openingOf(server: TestServer): Promise<'served' | 'refused'> {
  const answer = await sendSigned(server, { method: 'GET', path: '/2015-03-31/functions' }).catch(() => undefined)
  return answer === undefined || answer.status === 503 ? 'refused' : 'served'
}

test('while it stops, a connection that is still open is told so in the form of AWS', async () => {
  using gates = await startGates()
  await using server = await startTestServer()
  await createFunction(server, { FunctionName: 'waits', code: WAITS })
  const running = invoke(server, 'waits', { gate: gates.urlFor('gate') })
  await gates.reached('gate')
  // The body stays open across the signal, so the request is in flight when the server begins to stop: it has read what
  // was sent before a question that it has answered.
  const agent = new Agent({ keepAlive: true })
  const outgoing = request(`${server.url}/2015-03-31/functions/waits/invocations`, {
    method: 'POST',
    agent,
    headers: { 'content-length': 2 },
  })
  await new Promise((resolve) => outgoing.write('{', resolve))
  await identityOf(server)
  const stopped = server.stop()
  await poll(() => server.output().includes('lambent: stopping') || undefined)
  outgoing.end('}')
  const [answer] = await once(outgoing, 'response')
  assert.equal(answer.statusCode, 503)
  assert.equal(answer.headers['x-amzn-errortype'], 'ServiceUnavailableException')
  assert.equal(answer.headers.connection, 'close')
  answer.resume()
  gates.open('gate')
  assert.equal((await running).payload, 'passed')
  assert.equal(await stopped, 0)
  agent.destroy()
})

test('SIGTERM does not wait for an Init that nobody waits for', { timeout: 60_000 }, async () => {
  await using server = await startTestServer()
  using gates = await startGates()
  const FunctionName = 'forever'
  const code = { 'index.mjs': `await fetch('${gates.urlFor('init')}'); export const handler = async () => {}` }
  await createFunction(server, { FunctionName, code, Publish: true })
  const provisioned = { FunctionName, Qualifier: '1', ProvisionedConcurrentExecutions: 1 }
  await lambdaClient(server).send(new PutProvisionedConcurrencyConfigCommand(provisioned))
  await gates.reached('init')
  assert.equal(await server.stop(), 0)
})

test('SIGINT ends it as well', async () => {
  await using server = await startTestServer()
  const exited = once(server.process, 'exit')
  server.process.kill('SIGINT')
  assert.deepEqual(await exited, [0, null], server.output())
})

for (const end of ['stop', 'kill'] as const) {
  test(`after ${end === 'stop' ? 'SIGTERM' : 'SIGKILL'} functions, tags, users and keys are there again`, async () => {
    using directory = temporaryDirectory()
    const dataDirectory = directory.path
    await using first = await startTestServer({ dataDirectory })
    await createFunction(first, {
      FunctionName: 'kept',
      code: 'echo-node',
      Tags: { team: 'blue' },
      Description: 'kept',
    })
    const iam = iamClient(first)
    await iam.send(new CreateUserCommand({ UserName: 'ada' }))
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ada' }))
    const {
      $metadata: _,
      Code: __,
      ...before
    } = await lambdaClient(first).send(new GetFunctionCommand({ FunctionName: 'kept' }))
    await first[end]()

    await using second = await startTestServer({ dataDirectory })
    const {
      $metadata: ___,
      Code,
      ...after
    } = await lambdaClient(second).send(new GetFunctionCommand({ FunctionName: 'kept' }))
    assert.deepEqual(after, before)
    assert.deepEqual(Buffer.from(await (await fetch(Code?.Location ?? '')).arrayBuffer()), zipOfFixture('echo-node'))
    assert.deepEqual((await invoke(second, 'kept', { still: 'here' })).payload, { still: 'here' })
    assert.equal((await iamClient(second).send(new GetUserCommand({ UserName: 'ada' }))).User?.UserName, 'ada')
    const ada = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
    assert.match((await identityOf({ ...second, credentials: ada })).Arn ?? '', /user\/ada$/)
  })
}

test('a creation and an update that SIGKILL interrupts are finished by the next start', async () => {
  using directory = temporaryDirectory()
  const dataDirectory = directory.path
  await using slow = await startSlowServer(dataDirectory)
  const first = slow.server
  await createFunction(first, { FunctionName: 'updated', code: 'echo-node' })
  const client = lambdaClient(first)
  await client.send(
    new CreateFunctionCommand({
      FunctionName: 'created',
      Role: await executionRole(first),
      Runtime: 'nodejs16.x',
      Handler: 'index.handler',
      Code: { ZipFile: zipOfFixture('echo-node') },
    }),
  )
  const update = { FunctionName: 'updated', Runtime: 'nodejs16.x', Description: 'later' }
  const path = '/2015-03-31/functions/updated/configuration'
  assert.equal(
    (await sendSigned(first, { method: 'PUT', path, body: JSON.stringify(update) })).body.LastUpdateStatus,
    'InProgress',
  )
  await first.kill()
  slow.finish()

  await using second = await startTestServer({ dataDirectory, environment: slow.environment })
  await untilActive(second, 'created')
  await untilUpdated(second, 'updated')
  const { Functions = [] } = await lambdaClient(second).send(new ListFunctionsCommand({}))
  assert.deepEqual(
    Functions.map(({ FunctionName, Description }) => [FunctionName, Description]),
    [
      ['created', ''],
      ['updated', 'later'],
    ],
  )
  assert.deepEqual((await invoke(second, 'created', { now: true })).payload, { now: true })
})

test('a data directory that does not exist is made, with what is above it', async () => {
  using directory = temporaryDirectory()
  const dataDirectory = join(directory.path, 'deep/er/data')
  await using server = await startTestServer({ dataDirectory })
  assert.ok(existsSync(join(dataDirectory, 'credentials')))
  assert.equal((await identityOf(server)).Account, ACCOUNT)
})
