import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda'
import { signRequest } from '#auth'
import { createFunction, createUser, invoke, lambdaClient } from '../support/clients.ts'
import { arnOf, publishVersion } from '../support/functions.ts'
import { type Gates, startGates } from '../support/gates.ts'
import { peakMemoryMb } from '../support/memory.ts'
import { poll } from '../support/poll.ts'
import { runPython } from '../support/python.ts'
import { sendSigned } from '../support/raw.ts'
import { startRecorder } from '../support/recorder.ts'
import { breaks, denied, notFound, refusalIn, refusalOf, tooLarge, validation } from '../support/refusal.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { invokeStream, openStream, partsOf, streaming } from '../support/streaming.ts'

let server: TestServer
let gates: Gates
before(async () => {
  gates = await startGates()
  server = await startTestServer()
  const python = { Runtime: 'python3.12', Handler: 'lambda_function.lambda_handler' } as const
  await Promise.all([
    createFunction(server, { FunctionName: 'echo-node', code: 'echo-node' }),
    createFunction(server, { FunctionName: 'echo-python', code: 'echo-python', ...python }),
    createFunction(server, { FunctionName: 'throw-node', code: 'throw-node' }),
    createFunction(server, { FunctionName: 'streams', code: TELLING, Timeout: 60 }),
    createFunction(server, { FunctionName: 'brief', code: TELLING, Timeout: 2 }),
    createFunction(server, { FunctionName: 'floods', code: FLOODING, MemorySize: 1769, Timeout: 120 }),
  ])
})
after(async () => {
  gates[Symbol.dispose]()
  await server[Symbol.asyncDispose]()
})

/** Writes its parts, each but the first behind a gate, and ends as it is told. */
const TELLING = streaming(`
  console.log('streaming')
  if (event.type) stream.setContentType(event.type)
  for (const [index, part] of (event.parts ?? []).entries()) {
    if (index > 0 && event.gate) await fetch(event.gate + index)
    stream.write(part)
  }
  if (event.how === 'throw') throw new TypeError('on its way')
  if (event.how === 'exit') { await fetch(event.gate); process.exit(3) }
  if (event.how === 'crash') setImmediate(() => { throw new RangeError('uncaught') })
  if (event.how) await new Promise(() => setInterval(() => {}, 1000))
  stream.end(event.end)`)

/** Writes so many MiB, in parts of a size, and tells how far it has come. */
const FLOODING = streaming(
  `for (let mib = 0; mib < event.mib; mib++) {
    for (let left = 2 ** 20; left > 0; left -= event.size ?? 65536)
      if (!stream.write(Buffer.alloc(event.size ?? 65536))) await once(stream, 'drain')
    if (event.tell) await fetch(event.tell)
  }
  stream.end()
  if (event.ended) await fetch(event.ended)`,
  "import { once } from 'node:events'",
)

const path = (name: string, query = '') => `/2021-11-15/functions/${name}/response-streaming-invocations${query}`

test('every part reaches the caller before the function goes on', async () => {
  const stream = await openStream(server, 'streams', {
    parts: ['first', 'second', 'third'],
    gate: gates.urlFor('part-'),
  })
  const parts = partsOf(stream)
  assert.equal((await parts.next()).value, 'first')
  gates.open('part-1')
  assert.equal((await parts.next()).value, 'second')
  gates.open('part-2')
  assert.equal((await parts.next()).value, 'third')
  assert.equal((await parts.next()).done, true)
})

test('a stream that ends well completes with nothing but itself', async () => {
  assert.deepEqual(await invokeStream(server, 'streams', { parts: ['a', 'b'], end: 'c' }), {
    text: 'abc',
    complete: {},
    executedVersion: '$LATEST',
    contentType: 'application/vnd.amazon.eventstream',
    status: 200,
  })
  assert.deepEqual((await invokeStream(server, 'streams')).text, '')
})

for (const name of ['echo-node', 'echo-python'])
  test(`${name}: a function that does not stream is a stream of one part`, async () => {
    const answer = await openStream(server, name, { a: 'ü' })
    const events = []
    for await (const event of answer.EventStream ?? []) events.push(event)
    const [{ PayloadChunk } = {}, ...others] = events
    assert.deepEqual(JSON.parse(Buffer.from(PayloadChunk?.Payload ?? []).toString()), { a: 'ü' })
    assert.deepEqual(others, [{ InvokeComplete: {} }])
  })

test('the frames are those of an event stream, and the headers those of AWS', async () => {
  const { status, headers, text } = await sendSigned(server, {
    method: 'POST',
    path: path('streams'),
    body: '{"parts":["hello"]}',
  })
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'application/vnd.amazon.eventstream')
  assert.equal(headers['x-amz-executed-version'], '$LATEST')
  assert.equal(headers['transfer-encoding'], 'chunked')
  assert.match(String(headers['x-amzn-requestid']), /^[0-9a-f-]{36}$/)
  assert.match(String(headers['x-amzn-trace-id']), /^Root=1-/)
  const fields = (type: string, content: string) => [
    `:event-type\u0007\0${String.fromCharCode(type.length)}${type}`,
    `:content-type\u0007\0${String.fromCharCode(content.length)}${content}`,
    ':message-type\u0007\0\u0005event',
  ]
  for (const field of [
    ...fields('PayloadChunk', 'application/octet-stream'),
    ...fields('InvokeComplete', 'application/json'),
  ])
    assert.ok(text.includes(field), field)
  assert.ok(text.includes('hello') && text.includes('{}'))
})

test('the log tail comes at the end', async () => {
  const { complete } = await invokeStream(server, 'streams', { parts: ['a'] }, { LogType: 'Tail' })
  const log = Buffer.from(complete?.LogResult ?? '', 'base64').toString()
  assert.match(log, /^START RequestId: .*\n.*\tINFO\tstreaming\nEND RequestId: .*\nREPORT RequestId: .*\t\n$/s)
  const buffered = await invokeStream(server, 'throw-node', {}, { LogType: 'Tail' })
  assert.match(Buffer.from(buffered.complete?.LogResult ?? '', 'base64').toString(), /Invoke Error/)
})

const errors: readonly {
  name: string
  isBrief?: boolean
  event: object
  text: string
  code: string
  details: RegExp
}[] = [
  {
    name: 'throws',
    event: { how: 'throw' },
    text: '',
    code: 'TypeError',
    details: /"errorType":"TypeError","errorMessage":"on its way","trace":\[/,
  },
  {
    name: 'throws behind its first byte',
    event: { parts: ['begun'], how: 'throw' },
    text: 'begun',
    code: 'TypeError',
    details: /on its way/,
  },
  {
    name: 'crashes behind its first byte',
    event: { parts: ['begun'], how: 'crash' },
    text: 'begun',
    code: 'RangeError',
    details: /uncaught/,
  },
  {
    name: 'crashes before its first byte',
    event: { how: 'crash' },
    text: '',
    code: 'Unhandled',
    details: /"errorType":"RangeError"/,
  },
  {
    name: 'takes too long',
    isBrief: true,
    event: { parts: ['begun'], how: 'hang' },
    text: 'begun',
    code: 'Sandbox.Timedout',
    details: /Task timed out after 2\.00 seconds/,
  },
  {
    name: 'takes too long before its first byte',
    isBrief: true,
    event: { how: 'hang' },
    text: '',
    code: 'Unhandled',
    details: /Task timed out after 2\.00 seconds/,
  },
]
for (const { name, event, text, code, details, isBrief } of errors)
  test(`a function that ${name}: the stream completes with the error`, async () => {
    const streamed = await invokeStream(server, isBrief ? 'brief' : 'streams', event)
    assert.equal(streamed.status, 200)
    assert.equal(streamed.text, text)
    assert.equal(streamed.complete?.ErrorCode, code)
    assert.match(String(streamed.complete?.ErrorDetails), details)
    // The next invocation finds a function that works.
    assert.equal((await invokeStream(server, 'streams', { parts: ['well'] })).text, 'well')
  })

test('a function that exits in the middle truncates its response', async () => {
  const stream = await openStream(server, 'streams', { parts: ['begun'], how: 'exit', gate: gates.urlFor('exit') })
  const events = stream.EventStream?.[Symbol.asyncIterator]()
  assert.equal(String(Buffer.from((await events?.next())?.value?.PayloadChunk?.Payload ?? [])), 'begun')
  gates.open('exit')
  const { InvokeComplete } = (await events?.next())?.value ?? {}
  assert.equal(InvokeComplete?.ErrorCode, 'Runtime.TruncatedResponse')
  assert.match(String(InvokeComplete?.ErrorDetails), /Runtime exited with error: exit status 3/)
})

test('a function that does not stream and throws completes with its error alone', async () => {
  const { text, complete } = await invokeStream(server, 'throw-node')
  assert.equal(text, '')
  assert.equal(complete?.ErrorCode, 'Unhandled')
  assert.equal(JSON.parse(String(complete?.ErrorDetails)).errorType, 'TypeError')
})

test('Invoke gathers what a function streams, within its limit', async () => {
  const gathered = await sendSigned(server, {
    method: 'POST',
    path: '/2015-03-31/functions/streams/invocations',
    body: '{"parts":["a","b"],"end":"c"}',
  })
  assert.equal(gathered.text, 'abc')
  const failed = await invoke(server, 'streams', { parts: ['a'], how: 'throw' })
  assert.deepEqual([failed.FunctionError, failed.payload.errorMessage], ['Unhandled', 'on its way'])
  const large = await invoke(server, 'floods', { mib: 7 })
  assert.deepEqual([large.FunctionError, large.payload.errorType], ['Unhandled', 'Function.ResponseSizeTooLarge'])
})

test('DryRun answers without running anything', async () => {
  const { status, text } = await sendSigned(server, {
    method: 'POST',
    path: path('streams'),
    headers: { 'x-amz-invocation-type': 'DryRun' },
  })
  assert.deepEqual([status, text], [204, ''])
})

test('versions and aliases are addressed as with Invoke', async () => {
  const { Version } = await publishVersion(server, 'streams')
  const { executedVersion, text } = await invokeStream(
    server,
    arnOf('streams'),
    { parts: ['a'] },
    { Qualifier: Version },
  )
  assert.deepEqual([executedVersion, text], [Version, 'a'])
})

const refusals: readonly [
  string,
  { query?: string; headers?: Record<string, string>; body?: string; name?: string },
  object,
][] = [
  [
    'an event that is too large',
    { body: `"${'x'.repeat(6_291_456)}"` },
    tooLarge('6291458 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)'),
  ],
  ['what is no JSON', { body: '{' }, { code: 'InvalidRequestContentException', status: 400 }],
  [
    'an asynchronous invocation',
    { headers: { 'x-amz-invocation-type': 'Event' } },
    validation(breaks('invocationType', 'Event', 'satisfy enum value set: [RequestResponse, DryRun]')),
  ],
  [
    'a client context that is none',
    { headers: { 'x-amz-client-context': '!' } },
    {
      code: 'InvalidRequestContentException',
      status: 400,
      message: 'Client context must be a valid Base64-encoded JSON object.',
    },
  ],
  ['a function that is not there', { name: 'nowhere' }, notFound(`Function not found: ${arnOf('nowhere:$LATEST')}`)],
  ['a version that is not there', { query: '?Qualifier=99' }, notFound(`Function not found: ${arnOf('streams:99')}`)],
  ['a tenant', { headers: { 'x-amz-tenant-id': 'a' } }, { code: 'InvalidParameterValueException', status: 400 }],
]
for (const [what, { name = 'streams', query, headers, body = '{}' }, expected] of refusals)
  test(`${what} is refused before anything is streamed`, async () => {
    const answer = await sendSigned(server, {
      method: 'POST',
      path: path(name, query),
      body,
      ...(headers && { headers }),
    })
    assert.deepEqual({ ...refusalIn(answer), ...expected }, refusalIn(answer))
  })

test('it takes the permission to invoke', async () => {
  const nobody = await createUser(server, 'nobody')
  const allowed = { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arnOf('streams') }
  const caller = await createUser(server, 'caller', allowed)
  const send = (credentials: typeof caller) =>
    sendSigned(server, { method: 'POST', path: path('streams'), body: '{"parts":["mine"]}' }, credentials)
  assert.deepEqual(
    refusalIn(await send(nobody)),
    denied(
      `User: arn:aws:iam::${server.account}:user/nobody is not authorized to perform: lambda:InvokeFunction on resource: ${arnOf('streams')} because no identity-based policy allows the lambda:InvokeFunction action`,
    ),
  )
  assert.match((await send(caller)).text, /mine/)
})

test('an invocation counts until its stream has ended', async () => {
  await createFunction(server, { FunctionName: 'alone', code: TELLING })
  await lambdaClient(server).send(
    new PutFunctionConcurrencyCommand({ FunctionName: 'alone', ReservedConcurrentExecutions: 1 }),
  )
  const parts = partsOf(await openStream(server, 'alone', { parts: ['a', 'b'], gate: gates.urlFor('alone-') }))
  await parts.next()
  assert.equal((await refusalOf(openStream(server, 'alone'))).code, 'TooManyRequestsException')
  gates.open('alone-1')
  assert.equal((await parts.next()).value, 'b')
  assert.equal((await parts.next()).done, true)
  const { text } = await poll(() => invokeStream(server, 'alone', { parts: ['again'] }).catch(() => undefined))
  assert.equal(text, 'again')
})

/** A caller that reads only when it is told to; answers once the first bytes are there. */
async function openRaw(name: string, event: unknown) {
  const body = Buffer.from(JSON.stringify(event))
  const signed = signRequest(
    { method: 'POST', rawPath: path(name), rawQuery: '', headers: { host: new URL(server.url).host }, body },
    server.credentials,
    { region: server.region, service: 'lambda' },
    Date.now(),
  )
  return new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const outgoing = request(server.url + path(name), { method: 'POST', headers: signed, agent: false }, resolve)
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

test('200 MB pass through a server that keeps only a little of them', async () => {
  const memoryMb = () => peakMemoryMb(server.process.pid)
  const read = async (mib: number) => {
    const response = await openRaw('floods', { mib })
    let bytes = 0
    for await (const chunk of response) bytes += (chunk as Buffer).length
    return bytes
  }
  // What a server needs at all it has by then.
  await read(8)
  const before = memoryMb()
  assert.ok((await read(200)) > 200 * 2 ** 20)
  assert.ok(memoryMb() - before < 64, `it grew from ${before} to ${memoryMb()} MB`)
})

test('200 MiB are the limit of a streamed response', async () => {
  const { EventStream = [] } = await openStream(server, 'floods', { mib: 201 })
  let bytes = 0
  let complete: { ErrorCode?: string | undefined; ErrorDetails?: string | undefined } | undefined
  for await (const { PayloadChunk, InvokeComplete } of EventStream) {
    bytes += PayloadChunk?.Payload?.length ?? 0
    complete = InvokeComplete ?? complete
  }
  assert.equal(bytes, 209_715_200)
  assert.equal(complete?.ErrorCode, 'Function.ResponseSizeTooLarge')
  assert.match(String(complete?.ErrorDetails), /maximum allowed payload size \(209715200 bytes\)/)
})

for (const size of [1_000, 65_536])
  test(`a caller that does not read makes the function wait, and gets everything once it reads: ${size} bytes`, async () => {
    using recorder = await startRecorder()
    const response = await openRaw('floods', { mib: 64, size, tell: recorder.urlFor('mib') })
    const written = () => recorder.told.get('mib') ?? 0
    await poll(() => (written() > 0 ? true : undefined))
    const before = peakMemoryMb(server.process.pid)
    // Meanwhile a function that is not held up would long have been ready.
    for (let count = 0; count < 2; count++) await invokeStream(server, 'floods', { mib: 33, size })
    // What fits into the network's own buffers is written all the same.
    assert.ok(written() < 32, `${written()} MiB were written to nobody`)
    assert.ok(peakMemoryMb(server.process.pid) - before < 64, `it grew from ${before} MB`)
    let bytes = 0
    for await (const chunk of response) bytes += (chunk as Buffer).length
    assert.ok(bytes > 64 * 2 ** 20)
    await poll(() => (written() === 64 ? true : undefined))
  })

test('a caller that goes away stops nothing: the function goes on, its output is dropped', async () => {
  using recorder = await startRecorder()
  const response = await openRaw('floods', { mib: 48, ended: recorder.urlFor('ended') })
  response.once('data', () => response.destroy())
  await poll(() => recorder.told.get('ended'))
  assert.equal((await invokeStream(server, 'streams', { parts: ['well'] })).text, 'well')
})

test('the server ends only when its streams have', async () => {
  await using other = await startTestServer({ args: ['--auth', 'none'] })
  await createFunction(other, { FunctionName: 'streams', code: TELLING })
  const parts = partsOf(await openStream(other, 'streams', { parts: ['a', 'b'], gate: gates.urlFor('stop-') }))
  await parts.next()
  const stopped = other.stop()
  await poll(() =>
    fetch(other.url).then(
      () => undefined,
      () => true,
    ),
  )
  gates.open('stop-1')
  assert.equal((await parts.next()).value, 'b')
  assert.equal((await parts.next()).done, true)
  assert.equal(await stopped, 0)
})

test('boto3 reads the parts as they come', async () => {
  gates.open('read-two')
  const firstIsRead = gates.reached('read-one').then(() => {
    gates.open('boto-1')
    gates.open('read-one')
  })
  const { stdout } = await runPython(
    server,
    `import boto3, json, urllib.request
stream = boto3.client("lambda").invoke_with_response_stream(FunctionName="streams", LogType="Tail",
    Payload=json.dumps({"parts": ["one", "two"], "gate": "${gates.urlFor('boto-')}"}))
for event in stream["EventStream"]:
    if "PayloadChunk" in event:
        print(event["PayloadChunk"]["Payload"].decode(), flush=True)
        urllib.request.urlopen("${gates.urlFor('read-')}" + event["PayloadChunk"]["Payload"].decode())
    else:
        print(sorted(event["InvokeComplete"]))
print(stream["ExecutedVersion"], stream["ResponseStreamContentType"])`,
  )
  await firstIsRead
  assert.equal(stdout, "one\ntwo\n['LogResult']\n$LATEST application/vnd.amazon.eventstream\n")
})
