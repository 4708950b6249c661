import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { poll } from '../support/poll.ts'
import { extensions, said, withInternal } from './extension-code.ts'
import { openTestHost, type TestEnvironment, type Wanted } from './support.ts'

const { start } = await openTestHost()

const SAMPLE = '{"level":"INFO","message":"as JSON"}'

interface Setup {
  readonly path?: string
  readonly schemaVersion?: string
  readonly types?: readonly string[]
  readonly port?: number
  /** What the listener answers, batch by batch; then 200. */
  readonly answers?: readonly number[]
}

/** An extension that subscribes, and says each event it hears in a line. */
const subscriber = ({
  path = '/2022-07-01/telemetry',
  schemaVersion = '2022-12-13',
  types = ['platform', 'function', 'extension'],
  port = 4243,
  answers = [],
}: Setup) => `const answers = ${JSON.stringify(answers)}
const server = http.createServer((request, response) => {
  let text = ''
  request.on('data', (part) => (text += part))
  request.on('end', () => {
    response.statusCode = answers.shift() ?? 200
    response.end()
    if (response.statusCode === 200) for (const event of JSON.parse(text)) if (!/^SAID/.test(event.record)) say(event)
  })
}).listen(${port}, 'sandbox.localdomain', resume)
let resume2
function resume() { resume2() }
await new Promise((resolve) => (resume2 = resolve))
await register(['INVOKE', 'SHUTDOWN'])
const subscribed = await call('PUT', '${path}', { 'Lambda-Extension-Identifier': id, body: {
  schemaVersion: '${schemaVersion}', types: ${JSON.stringify(types)}, buffering: { timeoutMs: 25, maxItems: 1000, maxBytes: 262144 },
  destination: { protocol: 'HTTP', URI: 'http://sandbox.localdomain:${port}/events' } } })
console.log('speaking for itself')
say({ status: subscribed.status, body: subscribed.body })
for (;;) {
  const event = await next()
  if (event.eventType === 'SHUTDOWN') process.exit(0)
}`

const FUNCTION = {
  'index.js': `console.log('loading')
exports.handler = async (event) => { process.stdout.write(${JSON.stringify(`${SAMPLE}\n`)}); if (event.fail) throw new Error('bad'); return 'answer' }`,
}

const withSubscriber = (setup: Setup = {}, more: Wanted = {}): Wanted => ({
  files: FUNCTION,
  layer: extensions({ ear: subscriber(setup) }),
  ...more,
})

interface Event {
  readonly time: string
  readonly type: string
  // biome-ignore lint/suspicious/noExplicitAny: each type has its own
  readonly record: any
}

const eventsOf = (environment: TestEnvironment): Event[] =>
  said(environment).flatMap(([event]) => (event.type === undefined ? [] : [event as Event]))

/** Once so many events of this type have been heard: all events so far. */
async function heard(environment: TestEnvironment, type: string, count = 1): Promise<Event[]> {
  await poll(() => eventsOf(environment).filter((event) => event.type === type).length >= count || undefined)
  return eventsOf(environment)
}

/** The last invocation, and then the end, which brings what has to wait while the environment is frozen. */
async function invokeAndEnd(environment: TestEnvironment, event: unknown = {}, requestId = REQUEST_ID): Promise<void> {
  await environment.invoke(event, { requestId })
  await environment.environment.shutdown()
}

const REQUEST_ID = '11111111-2222-4333-8444-555555555555'
const numbers = (value: object) =>
  Object.fromEntries(Object.entries(value).map(([name, number]) => [name, typeof number]))

test('an extension hears what the platform, the function and it itself have to say', async () => {
  const environment = await start(withSubscriber())
  await invokeAndEnd(environment)
  const [[subscribed]] = said(environment)
  assert.deepEqual(subscribed, { status: 200, body: 'OK' })
  const events = await heard(environment, 'platform.report')
  for (const { time } of events) assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  const of = (type: string) => events.filter((event) => event.type === type).map(({ record }) => record)
  const [initStart] = of('platform.initStart')
  assert.match(initStart.runtimeVersion, /^nodejs:\d+\.v1$/)
  assert.deepEqual(initStart, {
    initializationType: 'on-demand',
    phase: 'init',
    runtimeVersion: initStart.runtimeVersion,
    runtimeVersionArn: 'arn:aws:lambda:us-east-1::runtime:0123',
    functionName: 'test',
    functionVersion: '$LATEST',
  })
  assert.deepEqual(of('platform.telemetrySubscription'), [
    { name: 'ear', state: 'Subscribed', types: ['platform', 'function', 'extension'] },
  ])
  const init = { initializationType: 'on-demand', phase: 'init', status: 'success' }
  assert.deepEqual(of('platform.initRuntimeDone'), [init])
  const [{ metrics: initMetrics, ...initReport }] = of('platform.initReport')
  assert.deepEqual(initReport, init)
  assert.deepEqual(numbers(initMetrics), { durationMs: 'number' })
  assert.deepEqual(of('platform.extension'), [{ name: 'ear', state: 'Ready', events: ['INVOKE', 'SHUTDOWN'] }])
  assert.deepEqual(of('platform.start'), [{ requestId: REQUEST_ID, version: '$LATEST' }])
  const [{ metrics: doneMetrics, ...done }] = of('platform.runtimeDone')
  assert.deepEqual(done, { requestId: REQUEST_ID, status: 'success' })
  assert.deepEqual(doneMetrics, { durationMs: doneMetrics.durationMs, producedBytes: '"answer"'.length })
  const [{ metrics, ...report }] = of('platform.report')
  assert.deepEqual(report, { requestId: REQUEST_ID, status: 'success' })
  assert.deepEqual(numbers(metrics), {
    durationMs: 'number',
    billedDurationMs: 'number',
    memorySizeMB: 'number',
    maxMemoryUsedMB: 'number',
    initDurationMs: 'number',
  })
  const [loading, sample] = of('function')
  assert.match(loading, /\tINFO\tloading$/)
  assert.equal(sample, SAMPLE, 'a line is a text, when the format is Text')
  assert.ok(of('extension').includes('speaking for itself'))
  assert.ok(
    environment.lines.includes('TELEMETRY\tName: ear\tState: Subscribed\tTypes: [Platform, Function, Extension]'),
  )
})

test('an extension may wait for the end of the runtime before it ends its own work', async () => {
  const environment = await start({
    files: FUNCTION,
    layer: extensions({
      patient: `let done
const server = http.createServer((request, response) => {
  request.on('data', (part) => { if (/platform.runtimeDone/.test(part)) done?.() })
  request.on('end', () => response.end())
})
await new Promise((resolve) => server.listen(4243, 'sandbox', resolve))
await register(['INVOKE'])
await call('PUT', '/2022-07-01/telemetry', { 'Lambda-Extension-Identifier': id, body: {
  schemaVersion: '2022-07-01', types: ['platform'], buffering: { timeoutMs: 25 }, destination: { protocol: 'HTTP', URI: 'http://sandbox:4243' } } })
for (;;) {
  const { requestId } = await next()
  await new Promise((resolve) => (done = resolve))
  say(requestId)
}`,
    }),
  })
  await environment.invoke({}, { requestId: REQUEST_ID })
  assert.deepEqual(said(environment), [[REQUEST_ID]])
  assert.match(environment.lines.at(-1) ?? '', /^REPORT .*\t$/, 'in time')
})

test('two environments listen at the same port, and each hears its own events', async () => {
  const environments = await Promise.all([1, 2].map(() => start(withSubscriber({ types: ['platform'] }))))
  const ids = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222']
  await Promise.all(environments.map((environment, index) => invokeAndEnd(environment, {}, ids[index])))
  for (const [index, environment] of environments.entries()) {
    const events = await heard(environment, 'platform.report')
    assert.deepEqual([...new Set(events.flatMap(({ record }) => record.requestId ?? []))], [ids[index]])
  }
})

test('lines in JSON are objects, from the schema on that has them', async () => {
  const logging = { format: 'JSON', group: '', applicationLevel: 'INFO', systemLevel: 'WARN' } as const
  for (const [schemaVersion, expected] of [
    ['2022-07-01', SAMPLE],
    ['2022-12-13', JSON.parse(SAMPLE)],
  ]) {
    const environment = await start(withSubscriber({ schemaVersion, types: ['function', 'platform'] }, { logging }))
    await invokeAndEnd(environment)
    const events = await heard(environment, 'function', 2)
    assert.deepEqual(events.filter(({ type }) => type === 'function')[1]?.record, expected)
    assert.ok(
      events.some(({ type }) => type === 'platform.start'),
      'whatever levels the log has',
    )
  }
})

test('failures are told with their status', async () => {
  const environment = await start(withSubscriber({ types: ['platform'] }))
  await invokeAndEnd(environment, { fail: true })
  const events = await heard(environment, 'platform.report')
  for (const type of ['platform.runtimeDone', 'platform.report']) {
    const { status, errorType } = events.find((event) => event.type === type)?.record ?? {}
    assert.deepEqual([status, errorType], ['failure', 'Function.Unknown'])
  }
  const crashing = await start(
    withSubscriber({ types: ['platform'] }, { files: { 'index.js': 'exports.handler = () => process.exit(3)' } }),
  )
  await crashing.invoke({}, { requestId: REQUEST_ID })
  const [done] = (await heard(crashing, 'platform.runtimeDone')).filter(({ type }) => type === 'platform.runtimeDone')
  assert.deepEqual([done?.record.status, done?.record.errorType], ['error', 'Runtime.ExitError'])
})

test('a batch that is not taken comes again', async () => {
  const environment = await start(withSubscriber({ types: ['platform'], answers: [500, 503] }))
  // It takes what it is sent when it is awake, and the end would wait for half a second only.
  await poll(async () => {
    await environment.invoke()
    return eventsOf(environment).some(({ type }) => type === 'platform.runtimeDone') || undefined
  })
  const events = eventsOf(environment)
  assert.equal(events[0]?.type, 'platform.initStart', 'nothing was lost')
  assert.equal(new Set(events.map((event) => JSON.stringify(event))).size, events.length, 'and nothing came twice')
})

test('the Logs API has a schema of its own', async () => {
  for (const schemaVersion of ['2020-08-15', '2021-03-18']) {
    const environment = await start(
      withSubscriber({ path: '/2020-08-15/logs', schemaVersion, types: ['platform', 'function'] }),
    )
    await invokeAndEnd(environment)
    const events = await heard(environment, 'platform.report')
    const platform = events.filter(({ type }) => type.startsWith('platform.'))
    assert.deepEqual(
      platform.map(({ type }) => type),
      [
        'platform.logsSubscription',
        'platform.extension',
        'platform.start',
        ...(schemaVersion === '2020-08-15' ? [] : ['platform.runtimeDone']),
        'platform.end',
        'platform.report',
      ],
    )
    assert.deepEqual(platform.find(({ type }) => type === 'platform.end')?.record, { requestId: REQUEST_ID })
    assert.deepEqual(Object.keys(platform.at(-1)?.record), ['requestId', 'metrics'])
    assert.ok(environment.lines.includes('LOGS\tName: ear\tState: Subscribed\tTypes: [Platform, Function]'))
  }
})

test('events go by TCP too, one on a line', async () => {
  const environment = await start({
    files: FUNCTION,
    layer: extensions({
      ear: `let unread = ''
const server = require('node:net').createServer((socket) => socket.on('data', (data) => {
  const lines = (unread + data).split('\\n')
  unread = lines.pop()
  for (const line of lines) say(JSON.parse(line))
}))
await new Promise((resolve) => server.listen(4244, 'sandbox.localdomain', resolve))
await register(['INVOKE', 'SHUTDOWN'])
await call('PUT', '/2022-07-01/telemetry', { 'Lambda-Extension-Identifier': id, body: {
  schemaVersion: '2022-12-13', types: ['platform'], buffering: { timeoutMs: 25 }, destination: { protocol: 'TCP', port: 4244 } } })
while ((await next()).eventType === 'INVOKE');
setTimeout(process.exit, 1500)`,
    }),
  })
  await invokeAndEnd(environment)
  assert.ok((await heard(environment, 'platform.report')).length >= 7)
})

test('subscriptions end with Init', async () => {
  const environment = await start({
    files: withInternal(
      `await register(['INVOKE'])`,
      `for (;;) await next()`,
      `async ({ path }) => (await call('PUT', path, { 'Lambda-Extension-Identifier': id, body: {} })).body`,
    ),
  })
  assert.deepEqual(await environment.call({ path: '/2022-07-01/telemetry' }), {
    errorMessage: 'Telemetry API subscription is closed already',
    errorType: 'Telemetry.SubscriptionClosed',
  })
  assert.deepEqual(await environment.call({ path: '/2020-08-15/logs' }), {
    errorMessage: 'Logs API subscription is closed already',
    errorType: 'Logs.SubscriptionClosed',
  })
})

const http = { protocol: 'HTTP', URI: 'http://sandbox.localdomain:4243' }
const good = { schemaVersion: '2022-12-13', types: ['platform'], destination: http }

const wrong: { name: string; body: unknown; message: string }[] = [
  {
    name: 'no port and no types',
    body: { ...good, types: [], destination: { protocol: 'HTTP', URI: 'http://sandbox.localdomain' } },
    message: 'URI port is not provided; types should not be empty',
  },
  { name: 'no JSON', body: '{', message: 'request body is not a JSON object' },
  {
    name: 'an unknown schema',
    body: { ...good, schemaVersion: '2020-08-15' },
    message: 'schemaVersion should be one of [2022-07-01, 2022-12-13, 2025-01-29]',
  },
  {
    name: 'an unknown type',
    body: { ...good, types: ['everything'] },
    message: 'types should be among [platform, function, extension]',
  },
  {
    name: 'another host',
    body: { ...good, destination: { protocol: 'HTTP', URI: 'http://169.254.169.254:80' } },
    message: 'URI host should be one of [sandbox, sandbox.localdomain]; URI port is not provided',
  },
  {
    name: 'the reserved port',
    body: { ...good, destination: { protocol: 'HTTP', URI: 'http://sandbox:9001' } },
    message: 'URI port 9001 is reserved',
  },
  {
    name: 'another protocol',
    body: { ...good, destination: { protocol: 'UDP', port: 4243 } },
    message: 'protocol should be one of [HTTP, TCP]; URI is not valid',
  },
  {
    name: 'no port for TCP',
    body: { ...good, destination: { protocol: 'TCP' } },
    message: 'port is not valid',
  },
  {
    name: 'buffers that are too small or too large',
    body: { ...good, buffering: { maxItems: 999, maxBytes: 1_048_577, timeoutMs: 24 } },
    message:
      'maxItems should be between 1000 and 10000; maxBytes should be between 262144 and 1048576; timeoutMs should be between 25 and 30000',
  },
]

test('wrong subscriptions are refused, with all that is wrong', async () => {
  const environment = await start({
    layer: extensions({
      a: `await register([])
for (const body of ${JSON.stringify(wrong.map(({ body }) => body))}) {
  const { status, body: answer } = await call('PUT', '/2022-07-01/telemetry', { 'Lambda-Extension-Identifier': id, body })
  say(status, answer)
}
await next()`,
    }),
  })
  assert.deepEqual(await environment.call({ a: 1 }), { a: 1 })
  const answers = said(environment)
  for (const [index, { name, message }] of wrong.entries())
    assert.deepEqual(answers[index], [400, { errorMessage: message, errorType: 'ValidationError' }], name)
})

test('an extension that never takes its events holds nobody up', async () => {
  const environment = await start({
    fixture: 'flood',
    layer: extensions({
      deaf: `const server = http.createServer(() => {})
await new Promise((resolve) => server.listen(4243, 'sandbox.localdomain', resolve))
await register([])
await call('PUT', '/2022-07-01/telemetry', { 'Lambda-Extension-Identifier': id, body: ${JSON.stringify({ ...good, types: ['function'] })} })
await next()`,
    }),
  })
  for (let i = 0; i < 3; i++) assert.equal(await environment.call({ lines: 30, length: 100_000 }), 'done')
  await environment.environment.shutdown()
})

test('what an extension that has fallen behind has missed is counted', async () => {
  const environment = await start({
    fixture: 'flood',
    layer: extensions({
      slow: `let isLate = true
const server = http.createServer((request, response) => {
  let text = ''
  request.on('data', (part) => (text += part))
  request.on('end', async () => {
    while (isLate) await sleep(10)
    response.end()
    for (const event of JSON.parse(text)) if (event.type !== 'function') say(event)
  })
})
await new Promise((resolve) => server.listen(4243, 'sandbox.localdomain', resolve))
await register(['INVOKE', 'SHUTDOWN'])
await call('PUT', '/2022-07-01/telemetry', { 'Lambda-Extension-Identifier': id, body: ${JSON.stringify({ ...good, types: ['function'], buffering: { timeoutMs: 25 } })} })
while ((await next()).eventType === 'INVOKE');
isLate = false
setTimeout(process.exit, 1500)`,
    }),
  })
  assert.equal(await environment.call({ lines: 60, length: 100_000 }), 'done')
  await environment.environment.shutdown()
  const [dropped] = (await heard(environment, 'platform.logsDropped')).slice(-1)
  const { droppedRecords, droppedBytes, reason } = dropped?.record ?? {}
  assert.ok(droppedRecords > 10 && droppedBytes > 1_000_000, `${droppedRecords} records, ${droppedBytes} bytes`)
  assert.equal(reason, 'Consumer seems to have fallen behind as it has not acknowledged receipt of logs.')
})
