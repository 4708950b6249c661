import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { createFunction, invoke, logsClient, TIMEOUT_SECONDS } from '../support/clients.ts'
import { type Gates, startGates } from '../support/gates.ts'
import { sendSigned } from '../support/raw.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
  const python = { Runtime: 'python3.12', Handler: 'lambda_function.lambda_handler' } as const
  await Promise.all([
    createFunction(server, { FunctionName: 'echo-node', code: 'echo-node' }),
    createFunction(server, { FunctionName: 'echo-python', code: 'echo-python', ...python }),
    createFunction(server, { FunctionName: 'throw-node', code: 'throw-node' }),
    createFunction(server, { FunctionName: 'throw-python', code: 'throw-python', ...python }),
    createFunction(server, { FunctionName: 'sleep-node', code: 'sleep-node', Timeout: 1 }),
    createFunction(server, { FunctionName: 'exit-node', code: 'exit-node' }),
    createFunction(server, { FunctionName: 'context-node', code: 'context-node' }),
    createFunction(server, { FunctionName: 'context-python', code: 'context-python', ...python }),
    createFunction(server, {
      FunctionName: 'no-module',
      code: 'echo-python',
      Runtime: 'python3.12',
      Handler: 'nowhere.handler',
    }),
    createFunction(server, { FunctionName: 'no-handler', code: 'echo-node', Handler: 'index.missing' }),
    createFunction(server, {
      FunctionName: 'no-interpreter',
      code: 'echo-node',
      Runtime: 'dotnet8',
      Handler: 'a.B::c',
    }),
  ])
})
after(() => server[Symbol.asyncDispose]())

const invocations = (name: string, query = '') => `/2015-03-31/functions/${name}/invocations${query}`

for (const name of ['echo-node', 'echo-python']) {
  test(`${name}: a synchronous invocation returns what the function answered, with AWS's headers`, async () => {
    const answer = await sendSigned(server, {
      method: 'POST',
      path: invocations(name),
      body: '{"key1": "välue", "list": [1, 2.50]}',
    })
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.body, { key1: 'välue', list: [1, 2.5] })
    assert.equal(answer.headers['content-type'], 'application/json')
    assert.equal(answer.headers['x-amz-executed-version'], '$LATEST')
    assert.match(
      String(answer.headers['x-amzn-requestid']),
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    )
    assert.equal(answer.headers['x-amzn-remapped-content-length'], '0')
    assert.match(
      String(answer.headers['x-amzn-trace-id']),
      /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0/,
    )
    assert.equal(answer.headers['x-amz-function-error'], undefined)
    assert.ok(answer.headers.date)
  })

  test(`${name}: a missing body is delivered as an empty object`, async () => {
    const answer = await sendSigned(server, { method: 'POST', path: invocations(name) })
    assert.equal(answer.text, '{}')
  })

  test(`${name}: a payload of the largest size comes back unchanged`, async () => {
    const body = JSON.stringify('x'.repeat(6_291_456 - 2))
    const answer = await sendSigned(server, { method: 'POST', path: invocations(name), body })
    assert.equal(answer.status, 200)
    assert.ok(answer.text === body)
  })
}

test('LogType Tail returns the last 4 KB of the log, START to REPORT', async () => {
  const { LogResult, $metadata } = await invoke(server, 'echo-python', { a: 1 }, { LogType: 'Tail' })
  const log = Buffer.from(LogResult ?? '', 'base64').toString()
  const id = $metadata.requestId
  const expected = [
    `START RequestId: ${id} Version: \\$LATEST`,
    "echo \\{'a': 1\\}",
    `END RequestId: ${id}`,
    `REPORT RequestId: ${id}\tDuration: \\d+\\.\\d\\d ms\tBilled Duration: \\d+ ms\tMemory Size: 128 MB\tMax Memory Used: \\d+ MB\t(Init Duration: \\d+\\.\\d\\d ms\t)?\n`,
  ]
  assert.match(log, new RegExp(`^${expected.join('\n')}$`))
})

const functionErrors = [
  {
    name: 'throw-python',
    payload: { message: 'no such key' },
    expected: { errorType: 'ValueError', errorMessage: 'no such key' },
  },
  {
    name: 'throw-node',
    payload: { message: 'no such key' },
    expected: { errorType: 'TypeError', errorMessage: 'no such key' },
  },
  {
    name: 'no-module',
    expected: {
      errorType: 'Runtime.ImportModuleError',
      errorMessage: "Unable to import module 'nowhere': No module named 'nowhere'",
    },
  },
  {
    name: 'no-handler',
    expected: { errorType: 'Runtime.HandlerNotFound', errorMessage: 'index.missing is undefined or not exported' },
  },
  {
    name: 'exit-node',
    payload: { code: 3 },
    expected: {
      errorType: 'Runtime.ExitError',
      errorMessage: 'RequestId: <id> Error: Runtime exited with error: exit status 3',
    },
  },
  {
    name: 'exit-node',
    payload: { code: 0 },
    expected: {
      errorType: 'Runtime.ExitError',
      errorMessage: 'RequestId: <id> Error: Runtime exited without providing a reason',
    },
  },
  {
    name: 'sleep-node',
    payload: { seconds: 20 },
    expected: {
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: <id> Error: Task timed out after 1.00 seconds',
    },
  },
]

for (const { name, payload, expected } of functionErrors) {
  test(`${name} ${JSON.stringify(payload ?? {})}: the function's failure is a 200 with FunctionError Unhandled`, async () => {
    const answer = await invoke(server, name, payload)
    assert.equal(answer.StatusCode, 200)
    assert.equal(answer.FunctionError, 'Unhandled')
    const { errorType, errorMessage } = answer.payload
    assert.deepEqual({ errorType, errorMessage: errorMessage.replace(answer.$metadata.requestId, '<id>') }, expected)
  })
}

test('a runtime without an interpreter on the host gives a clear function error', async () => {
  const answer = await invoke(server, 'no-interpreter')
  assert.equal(answer.FunctionError, 'Unhandled')
  assert.match(answer.payload.errorMessage, /dotnet8/)
})

for (const name of ['context-node', 'context-python']) {
  test(`${name}: the context and the environment tell what AWS's tell`, async () => {
    const ClientContext = Buffer.from(JSON.stringify({ custom: { greeting: 'grüezi' } })).toString('base64')
    const { payload, $metadata } = await invoke(server, name, {}, { ClientContext, Qualifier: '$LATEST' })
    assert.equal(payload.functionName, name)
    assert.equal(payload.functionVersion, '$LATEST')
    assert.equal(payload.invokedFunctionArn, `arn:aws:lambda:us-east-1:000000000000:function:${name}:$LATEST`)
    assert.equal(payload.memoryLimitInMB, '128')
    assert.equal(payload.awsRequestId, $metadata.requestId)
    assert.equal(payload.logGroupName, `/aws/lambda/${name}`)
    assert.match(payload.logStreamName, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/)
    assert.deepEqual(payload.clientContext.custom ?? payload.clientContext, { greeting: 'grüezi' })
    assert.ok(payload.remaining > 0 && payload.remaining <= TIMEOUT_SECONDS * 1000)
    const { environment } = payload
    assert.equal(environment.AWS_LAMBDA_FUNCTION_NAME, name)
    assert.equal(environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE, '128')
    assert.equal(environment.AWS_REGION, 'us-east-1')
    assert.equal(environment.LAMBDA_TASK_ROOT, '/var/task')
    assert.equal(environment.AWS_LAMBDA_INITIALIZATION_TYPE, 'on-demand')
    assert.match(environment.AWS_ACCESS_KEY_ID, /^ASIA/)
    assert.match(environment.AWS_LAMBDA_RUNTIME_API, /^127\.0\.0\.1:\d+$/)
    assert.equal(environment.TZ, ':UTC')
  })
}

const refused = [
  {
    name: 'a body that is not JSON',
    body: '{not json',
    code: 'InvalidRequestContentException',
    message:
      /^Could not parse request body into json: Could not parse payload into json: Unexpected character \('n' \(code 110\)\): was expecting double-quote to start field name\n at \[Source: REDACTED/,
  },
  {
    name: 'a body that is not UTF-8',
    body: Buffer.from('n\x87r\x9e\xe9\xb5\xd7I\xee\x9bmt', 'latin1'),
    code: 'InvalidRequestContentException',
    message:
      /: Invalid UTF-8 start byte 0x87\n at \[Source: REDACTED \(`StreamReadFeature\.INCLUDE_SOURCE_IN_LOCATION` disabled\); line: 1, column: 3\]$/,
  },
  {
    name: 'bytes that start no JSON value',
    body: Buffer.from('\x99\xeb,j\x07\xa1zYh', 'latin1'),
    code: 'InvalidRequestContentException',
    message:
      /: Unexpected character \(\(CTRL-CHAR, code 153\)\): expected a valid value \(JSON String, Number, Array, Object or token 'null', 'true' or 'false'\)\n at \[Source: REDACTED .*; line: 1, column: 1\]$/,
  },
  {
    name: 'an unknown invocation type',
    headers: { 'x-amz-invocation-type': 'Later' },
    code: 'ValidationException',
    message:
      /^1 validation error detected: Value 'Later' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: \[Event, RequestResponse, DryRun\]$/,
  },
  {
    name: 'a client context that is no JSON',
    headers: { 'x-amz-client-context': 'bm90IGpzb24=' },
    code: 'InvalidRequestContentException',
    message: /^Client context must be a valid Base64-encoded JSON object\.$/,
  },
  {
    name: 'a tenant of a function without tenants',
    headers: { 'x-amz-tenant-id': 'blue' },
    code: 'InvalidParameterValueException',
    message: /not enabled with tenancy configuration/,
  },
  {
    name: 'a payload that is too large',
    body: `"${'x'.repeat(6_291_455)}"`,
    status: 413,
    code: 'RequestEntityTooLargeException',
    message: /^6291457 byte payload is too large for the RequestResponse invocation type \(limit 6291456 bytes\)$/,
  },
  {
    name: 'an event that is too large',
    body: `"${'x'.repeat(1_048_575)}"`,
    headers: { 'x-amz-invocation-type': 'Event' },
    status: 413,
    code: 'RequestEntityTooLargeException',
    message: /^1048577 byte payload is too large for the Event invocation type \(limit 1048576 bytes\)$/,
  },
]

for (const { name, body = '{}', headers = {}, status = 400, code, message } of refused) {
  test(`${name} is refused in AWS's words`, async () => {
    const answer = await sendSigned(server, {
      method: 'POST',
      path: invocations('echo-node'),
      headers: headers as Record<string, string>,
      body,
    })
    assert.equal(answer.headers['x-amzn-errortype'], code)
    assert.equal(answer.status, status)
    assert.match(String(answer.body.message), message)
  })
}

test('DryRun answers 204 and runs nothing', async () => {
  const answer = await sendSigned(server, {
    method: 'POST',
    path: invocations('exit-node'),
    headers: { 'x-amz-invocation-type': 'DryRun' },
    body: '{}',
  })
  assert.equal(answer.status, 204)
  assert.equal(answer.text, '')
  assert.equal(answer.headers['x-amz-executed-version'], undefined)
})

test('Event answers 202 with an empty body and no version', async () => {
  const answer = await sendSigned(server, {
    method: 'POST',
    path: invocations('echo-node'),
    headers: { 'x-amz-invocation-type': 'Event' },
    body: '{}',
  })
  assert.equal(answer.status, 202)
  assert.equal(answer.text, '')
  assert.equal(answer.headers['content-length'], '0')
  assert.equal(answer.headers['x-amz-executed-version'], undefined)
})

test('twenty calls that wait run side by side', async () => {
  using gates = await startGates()
  await createFunction(server, { FunctionName: 'waits', code: WAITS })
  const held = holdAtGates(gates, 'waits', 20)
  await held.reached
  assert.equal(new Set(await held.environments()).size, 20)
})

/** Waits at its gate, if it has one, and tells its environment. */
const WAITS = {
  'index.mjs': `export const handler = async ({ gate }, { logStreamName }) => {
    if (gate) await fetch(gate)
    return logStreamName
  }`,
}

/** Calls that all wait until all of them run. */
function holdAtGates(gates: Gates, FunctionName: string, count: number, prefix = 'gate') {
  const names = Array.from({ length: count }, (_, index) => `${prefix}-${index}`)
  const calls = names.map((name) => invoke(server, FunctionName, { gate: gates.urlFor(name) }))
  return {
    reached: Promise.all(names.map((name) => gates.reached(name))),
    async environments(): Promise<readonly string[]> {
      for (const name of names) gates.open(name)
      return (await Promise.all(calls)).map(({ payload }) => payload)
    },
  }
}

test('calls that wait run side by side too where most are over at once', async () => {
  using gates = await startGates()
  await createFunction(server, { FunctionName: 'mixed', code: WAITS })
  const first = holdAtGates(gates, 'mixed', 6, 'first')
  await first.reached
  await first.environments()
  for (let i = 0; i < 300; i++) await invoke(server, 'mixed')
  const second = holdAtGates(gates, 'mixed', 12, 'second')
  await Promise.all([second.reached, ...Array.from({ length: 50 }, () => invoke(server, 'mixed'))])
  assert.equal(new Set(await second.environments()).size, 12)
})

test('five hundred short concurrent calls share a few environments', async () => {
  const answers = await Promise.all(Array.from({ length: 512 }, (_, index) => invoke(server, 'echo-node', { index })))
  assert.ok(answers.every(({ payload }, index) => payload.index === index))
  const streams = await countEnvironments('/aws/lambda/echo-node')
  assert.ok(streams <= 40, `${streams} environments`)
})

/** Each environment writes one log stream. */
async function countEnvironments(logGroupName: string): Promise<number> {
  const { logStreams = [] } = await logsClient(server).send(new DescribeLogStreamsCommand({ logGroupName, limit: 50 }))
  return logStreams.length
}
