import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type AwsCli, openAwsCli } from '../support/aws-cli.ts'
import { createFunction, TRUST_LAMBDA } from '../support/clients.ts'
import { poll } from '../support/poll.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'
import { zipOf, zipOfFixture } from '../support/zip.ts'

// One session at a terminal, from the first role to the last log line; each test goes on where the one before ended.

let server: TestServer
let aws: AwsCli
let folder: string
before(async () => {
  server = await startTestServer()
  aws = await openAwsCli(server)
  folder = mkdtempSync(join(tmpdir(), 'lambent-cli-'))
  writeFileSync(join(folder, 'echo.zip'), zipOfFixture('echo-node'))
  writeFileSync(join(folder, 'throw.zip'), zipOfFixture('throw-node'))
  // The CLI itself sees to it that a zip is one.
  writeFileSync(join(folder, 'outside.zip'), zipOf({ '../outside.mjs': '' }))
})
after(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const role = `arn:aws:iam::${ACCOUNT}:role/cli-role`
const zip = (name: string) => `fileb://${join(folder, `${name}.zip`)}`

const create = (name: string, code: string) => [
  ...['lambda', 'create-function', '--function-name', name, '--runtime', 'nodejs22.x'],
  ...['--handler', 'index.handler', '--role', role, '--zip-file', zip(code)],
]

/** `aws lambda invoke`, with what it wrote to its output file. */
async function invokeBy(cli: AwsCli, name: string, payload: string, ...more: string[]) {
  const file = join(folder, 'answer.json')
  // The first version has no such option, and takes the payload as it is.
  const format = cli.major >= 2 ? ['--cli-binary-format', 'raw-in-base64-out'] : []
  const answer = await cli.run(
    'lambda',
    'invoke',
    '--function-name',
    name,
    ...format,
    '--payload',
    payload,
    ...more,
    file,
  )
  return { ...answer, payload: readFileSync(file, 'utf8') }
}

test('aws iam create-role makes a role', async () => {
  const { Role } = await aws.run(
    ...['iam', 'create-role', '--role-name', 'cli-role', '--assume-role-policy-document', TRUST_LAMBDA],
  )
  assert.equal(Role.Arn, role)
  assert.deepEqual(Role.AssumeRolePolicyDocument, JSON.parse(TRUST_LAMBDA))
})

test('aws lambda create-function uploads a zip, and wait sees it become active', async () => {
  const made = await aws.run(
    ...create('cli-echo', 'echo'),
    '--environment',
    'Variables={STAGE=test}',
    '--timeout',
    '20',
  )
  assert.equal(made.FunctionArn, `arn:aws:lambda:${REGION}:${ACCOUNT}:function:cli-echo`)
  assert.deepEqual(made.Environment, { Variables: { STAGE: 'test' } })
  await aws.run('lambda', 'wait', 'function-active-v2', '--function-name', 'cli-echo')
  await aws.run(...create('cli-throw', 'throw'))
  await aws.run('lambda', 'wait', 'function-active', '--function-name', 'cli-throw')
  const { Configuration, Code } = await aws.run('lambda', 'get-function', '--function-name', 'cli-echo')
  assert.equal(Configuration.State, 'Active')
  assert.deepEqual(Buffer.from(await (await fetch(Code.Location)).arrayBuffer()), zipOfFixture('echo-node'))
})

test('aws lambda list-functions pages by itself, and as asked', async () => {
  await Promise.all(
    Array.from({ length: 58 }, (_, index) =>
      createFunction(server, { FunctionName: `many-${String(index).padStart(2, '0')}`, code: 'echo-node' }),
    ),
  )
  const all = await aws.run('lambda', 'list-functions', '--query', 'Functions[].FunctionName')
  assert.equal(all.length, 60)
  assert.equal(new Set(all).size, 60)
  const small = await aws.run('lambda', 'list-functions', '--page-size', '7', '--query', 'Functions[].FunctionName')
  assert.deepEqual(small, all)
  const first = await aws.run('lambda', 'list-functions', '--max-items', '25')
  assert.equal(first.Functions.length, 25)
  const second = await aws.run('lambda', 'list-functions', '--max-items', '25', '--starting-token', first.NextToken)
  assert.equal(second.Functions[0].FunctionName, all[25])
  const one = await aws.run('lambda', 'list-functions', '--no-paginate')
  assert.equal(one.Functions.length, 50)
  assert.ok(one.NextMarker)
})

test('aws lambda invoke writes the answer to a file', async () => {
  const answer = await invokeBy(aws, 'cli-echo', '{"grüezi": [1, 2]}')
  assert.deepEqual(answer, { StatusCode: 200, ExecutedVersion: '$LATEST', payload: '{"grüezi":[1,2]}' })
  const failed = await invokeBy(aws, 'cli-throw', '{"message": "on purpose"}')
  assert.equal(failed.FunctionError, 'Unhandled')
  const { errorType, errorMessage } = JSON.parse(failed.payload)
  assert.deepEqual([errorType, errorMessage], ['TypeError', 'on purpose'])
})

test('aws lambda invoke knows the other invocation types and the tail of the log', async () => {
  assert.deepEqual(await invokeBy(aws, 'cli-echo', '{}', '--invocation-type', 'Event'), {
    StatusCode: 202,
    payload: '',
  })
  assert.deepEqual(await invokeBy(aws, 'cli-echo', '{}', '--invocation-type', 'DryRun'), {
    StatusCode: 204,
    payload: '',
  })
  const { LogResult } = await invokeBy(aws, 'cli-echo', '{"seen": true}', '--log-type', 'Tail')
  const log = Buffer.from(LogResult, 'base64').toString()
  assert.match(log, /^START RequestId: /)
  assert.match(log, /echo \{"seen":true\}/)
  assert.match(log, /^REPORT RequestId: /m)
})

test('aws lambda update-function-code and -configuration change it, and wait sees it', async () => {
  const updated = await aws.run(
    ...['lambda', 'update-function-configuration', '--function-name', 'cli-echo', '--memory-size', '256'],
  )
  assert.equal(updated.LastUpdateStatus, 'InProgress')
  await aws.run('lambda', 'wait', 'function-updated-v2', '--function-name', 'cli-echo')
  await aws.run('lambda', 'update-function-code', '--function-name', 'cli-echo', '--zip-file', zip('echo'))
  await aws.run('lambda', 'wait', 'function-updated', '--function-name', 'cli-echo')
  const { MemorySize, LastUpdateStatus } = await aws.run(
    ...['lambda', 'get-function-configuration', '--function-name', 'cli-echo'],
  )
  assert.deepEqual([MemorySize, LastUpdateStatus], [256, 'Successful'])
})

const mistakes = [
  {
    name: 'a missing function',
    args: ['lambda', 'get-function', '--function-name', 'gone'],
    says: `An error occurred (ResourceNotFoundException) when calling the GetFunction operation: Function not found: arn:aws:lambda:${REGION}:${ACCOUNT}:function:gone`,
  },
  {
    name: 'a name that is taken',
    args: () => create('cli-echo', 'echo'),
    says: 'An error occurred (ResourceConflictException) when calling the CreateFunction operation: Function already exist: cli-echo',
  },
  {
    name: 'a package that leads out of itself',
    args: () => create('cli-bad', 'outside'),
    says: 'An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: Could not unzip uploaded file. Please check your file, then try to upload again.',
  },
  {
    name: 'a marker that is none',
    args: ['lambda', 'list-functions', '--no-paginate', '--marker', 'nonsense'],
    says: 'An error occurred (InvalidParameterValueException) when calling the ListFunctions operation: The provided marker is invalid.',
  },
  {
    name: 'an operation that is not there yet',
    args: ['lambda', 'list-event-source-mappings'],
    says: 'An error occurred (NotImplementedException) when calling the ListEventSourceMappings operation: The operation ListEventSourceMappings is not implemented by lambent yet.',
  },
  {
    name: 'a missing user',
    args: ['iam', 'get-user', '--user-name', 'gone'],
    says: 'An error occurred (NoSuchEntity) when calling the GetUser operation: The user with name gone cannot be found.',
  },
]

for (const { name, args, says } of mistakes) {
  test(`${name}: the command fails and says what AWS says`, async () => {
    const { code, stdout, stderr } = await aws.attempt(...(typeof args === 'function' ? args() : args))
    // The first version exits with 255 whenever the service refuses, the second with 254.
    assert.equal(code, aws.major >= 2 ? 254 : 255)
    assert.equal(stdout, '')
    assert.equal(stderr.trim(), says)
  })
}

test('aws iam makes a user who may do only what a policy says', async () => {
  await aws.run('iam', 'create-user', '--user-name', 'cli-user')
  const { AccessKey } = await aws.run('iam', 'create-access-key', '--user-name', 'cli-user')
  const user = await openAwsCli(server, {
    accessKeyId: AccessKey.AccessKeyId,
    secretAccessKey: AccessKey.SecretAccessKey,
  })
  const { Arn } = await user.run('sts', 'get-caller-identity')
  assert.equal(Arn, `arn:aws:iam::${ACCOUNT}:user/cli-user`)
  const refused = await user.attempt(...['lambda', 'list-functions'])
  assert.match(
    refused.stderr,
    /\(AccessDeniedException\) .* is not authorized to perform: lambda:ListFunctions on resource: \*/,
  )
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: `arn:aws:lambda:*:*:function:cli-echo` },
  })
  const named = ['--user-name', 'cli-user', '--policy-name', 'invoke']
  await aws.run('iam', 'put-user-policy', ...named, '--policy-document', document)
  assert.equal((await invokeBy(user, 'cli-echo', '"hello"')).payload, '"hello"')
  assert.deepEqual((await aws.run('iam', 'get-user-policy', ...named)).PolicyDocument, JSON.parse(document))
  await aws.run('iam', 'delete-user-policy', ...named)
  await assert.rejects(invokeBy(user, 'cli-echo', '"hello"'), /AccessDeniedException/)
  await aws.run('iam', 'delete-access-key', '--user-name', 'cli-user', '--access-key-id', AccessKey.AccessKeyId)
  await assert.rejects(invokeBy(user, 'cli-echo', '"hello"'), /UnrecognizedClientException/)
  await aws.run('iam', 'delete-user', '--user-name', 'cli-user')
})

test('aws logs reads what the functions wrote', async () => {
  await invokeBy(aws, 'cli-echo', '{"find": "me"}')
  const { logGroups } = await aws.run('logs', 'describe-log-groups', '--log-group-name-prefix', '/aws/lambda/cli-')
  assert.deepEqual(
    logGroups.map(({ logGroupName }: { logGroupName: string }) => logGroupName),
    ['/aws/lambda/cli-echo', '/aws/lambda/cli-throw'],
  )
  const group = ['--log-group-name', '/aws/lambda/cli-echo']
  const { events } = await aws.run('logs', 'filter-log-events', ...group, '--filter-pattern', '"find"')
  assert.equal(events.length, 1)
  assert.match(events[0].message, /echo \{"find":"me"\}/)
  const stream = ['--log-stream-name', events[0].logStreamName]
  const read = await aws.run('logs', 'get-log-events', ...group, ...stream, '--start-from-head')
  assert.ok(read.events.some(({ message }: { message: string }) => message === events[0].message))
})

test('aws logs tail prints the lines of a function', async () => {
  if (aws.major >= 2) {
    const { code, stdout } = await aws.attempt(
      'logs',
      'tail',
      '/aws/lambda/cli-echo',
      '--since',
      '1h',
      '--format',
      'short',
    )
    assert.equal(code, 0)
    assert.match(stdout, /echo \{"find":"me"\}/)
    return
  }
  // The first version cannot follow a log: it reads the same lines by asking again.
  const found = await poll(async () => {
    const { events } = await aws.run('logs', 'filter-log-events', '--log-group-name', '/aws/lambda/cli-echo')
    return events.find(({ message }: { message: string }) => message.includes('{"find":"me"}'))
  })
  assert.ok(found)
})

test('aws lambda delete-function deletes it', async () => {
  await aws.run('lambda', 'delete-function', '--function-name', 'cli-echo')
  const { stderr } = await aws.attempt('lambda', 'get-function', '--function-name', 'cli-echo')
  assert.match(stderr, /ResourceNotFoundException/)
})
