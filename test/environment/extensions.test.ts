import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { startGates } from '../support/gates.ts'
import { extensions, listener, said, withInternal } from './extension-code.ts'
import { openTestHost, TIMEOUT_SECONDS, type Wanted } from './support.ts'

const { start } = await openTestHost()

const REQUEST_ID = '11111111-2222-4333-8444-555555555555'
const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/

test('an external extension is started before the runtime, and gets every event and the end', async () => {
  const environment = await start({
    files: { 'index.js': 'console.log("loading"); exports.handler = async () => "answer"' },
    layer: extensions({
      watcher: `const { status, headers, body } = await register(['INVOKE', 'SHUTDOWN'], name, { 'Lambda-Extension-Accept-Feature': 'x, accountId' })
say(status, headers['lambda-extension-identifier'], body)
for (;;) {
  const { headers, body } = await call('GET', '/2020-01-01/extension/event/next', { 'Lambda-Extension-Identifier': id })
  say(headers['lambda-extension-event-identifier'], body)
  if (body.eventType === 'SHUTDOWN') process.exit(0)
}`,
    }),
  })
  const beforeMs = Date.now()
  await environment.invoke({}, { requestId: REQUEST_ID })
  await environment.invoke()
  await environment.environment.shutdown()
  const afterMs = Date.now()
  const isBetween = (ms: number) => ms >= beforeMs && ms <= afterMs + 2000
  const [[status, identifier, details], [event, invoke], , [, shutdown], ...more] = said(environment)
  assert.equal(status, 200)
  assert.match(identifier, UUID)
  assert.deepEqual(details, {
    functionName: 'test',
    functionVersion: '$LATEST',
    handler: 'index.handler',
    accountId: '000000000000',
  })
  assert.match(event, UUID)
  const { deadlineMs, ...rest } = invoke
  assert.ok(isBetween(deadlineMs - TIMEOUT_SECONDS * 1000), `${deadlineMs}`)
  assert.deepEqual(rest, {
    eventType: 'INVOKE',
    requestId: REQUEST_ID,
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:test',
    tracing: { type: 'X-Amzn-Trace-Id', value: 'Root=1-00000000-000000000000000000000000;Sampled=0' },
  })
  assert.equal(shutdown.eventType, 'SHUTDOWN')
  assert.equal(shutdown.shutdownReason, 'spindown')
  assert.ok(isBetween(shutdown.deadlineMs), `${shutdown.deadlineMs}`)
  assert.deepEqual(more, [])
  const [first, second, third, fourth] = environment.lines
  assert.match(first ?? '', /^INIT_START /)
  assert.match(second ?? '', /^SAID \[200,/)
  assert.match(third ?? '', /\tloading$/)
  assert.equal(fourth, 'EXTENSION\tName: watcher\tState: Ready\tEvents: [INVOKE, SHUTDOWN]')
})

test('an extension has the variables of the function, less those of the runtime', async () => {
  const environment = await start({
    variables: { MINE: 'yes' },
    layer: extensions({ a: `say(Object.keys(process.env).sort()); ${listener()}` }),
  })
  const [[names]] = said(environment)
  assert.deepEqual(
    names.filter((name: string) => !['SHLVL', '_', 'OLDPWD'].includes(name)),
    [
      'AWS_ACCESS_KEY_ID',
      'AWS_DEFAULT_REGION',
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_LAMBDA_FUNCTION_VERSION',
      'AWS_LAMBDA_INITIALIZATION_TYPE',
      'AWS_LAMBDA_RUNTIME_API',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'LANG',
      'LD_LIBRARY_PATH',
      'MINE',
      'NODE_PATH',
      'PATH',
      'PWD',
      'TZ',
    ],
  )
})

test('extensions and the function share /tmp and a user', async () => {
  const environment = await start({
    files: {
      'index.js': `const { readFileSync } = require('node:fs')
exports.handler = async () => [readFileSync('/tmp/said', 'utf8'), process.getuid()]`,
    },
    layer: extensions({ a: `require('node:fs').writeFileSync('/tmp/said', String(process.getuid())); ${listener()}` }),
  })
  const [text, user] = await environment.call()
  assert.equal(text, String(user))
})

test('the caller has the answer at once, and the invocation lasts until the extension has ended its work', async () => {
  using gates = await startGates()
  const environment = await start({
    layer: extensions({
      slow: `await register(['INVOKE'])
for (;;) { const { requestId } = await next(); await visit(process.env.GATE); say(requestId) }`,
    }),
    variables: { GATE: gates.urlFor('gate') },
  })
  const [first, second] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222']
  await environment.environment.invoke({
    requestId: first,
    payload: Buffer.from('{}'),
    invokedFunctionArn: '',
    traceHeader: '',
    wantsLogTail: false,
  })
  await gates.reached('gate')
  assert.deepEqual(said(environment), [], 'it is still at work')
  gates.open('gate')
  await environment.environment.ending
  assert.deepEqual(said(environment), [[first]])
  await environment.invoke({}, { requestId: second })
  assert.deepEqual(said(environment), [[first], [second]])
  const story = environment.lines.map((line) => /^(START|SAID|END|REPORT)/.exec(line)?.[1]).filter(Boolean)
  assert.deepEqual(story, ['START', 'SAID', 'END', 'REPORT', 'START', 'SAID', 'END', 'REPORT'])
})

test('an extension that does not want events is not waited for', async () => {
  const environment = await start({ layer: extensions({ idle: listener([]), last: listener(['SHUTDOWN']) }) })
  assert.deepEqual(await environment.call({ a: 1 }), { a: 1 })
  await environment.environment.shutdown()
  assert.deepEqual(
    said(environment).map(([name, { eventType }]) => [name, eventType]),
    [['last', 'SHUTDOWN']],
  )
})

test('an extension that does not end its work is a timeout, of which it hears', async () => {
  const environment = await start({
    // Time for an Init on a busy machine, where everything is started anew; then two seconds to hear of the end.
    timeoutSeconds: 4,
    layer: extensions({
      stuck: `await register(['INVOKE', 'SHUTDOWN']); say(await next()); await sleep(4100); say(await next())`,
    }),
  })
  assert.deepEqual(await environment.call({ a: 1 }), { a: 1 }, 'the function has answered in time')
  assert.match(environment.lines.at(-1) ?? '', /^REPORT .*\tDuration: 4000\.00 ms\t.*\tStatus: timeout$/)
  const [[invoke], [shutdown]] = said(environment)
  assert.equal(invoke.eventType, 'INVOKE')
  assert.equal(shutdown.shutdownReason, 'timeout')
  assert.deepEqual(await environment.call({ b: 1 }), { b: 1 }, 'and everything is started anew')
})

test('an extension hears of the failure of the function, and is started again with it', async () => {
  const environment = await start({ fixture: 'exit-1', layer: extensions({ watcher: listener() }) })
  const error = await environment.fail({ status: 3 })
  assert.equal(error.errorType, 'Runtime.ExitError')
  assert.match(error.errorMessage, /exit status 3$/)
  assert.equal((await environment.fail({ status: 4 })).errorType, 'Runtime.ExitError')
  assert.deepEqual(
    said(environment).map(([, { eventType, shutdownReason }]) => shutdownReason ?? eventType),
    ['INVOKE', 'failure', 'INVOKE', 'failure'],
  )
})

test('an extension that ignores the end is ended', async () => {
  const environment = await start({
    layer: extensions({ deaf: `await register(['SHUTDOWN']); await next(); setInterval(() => {}, 1000)` }),
  })
  await environment.call()
  await environment.environment.shutdown()
})

test('the runtime hears SIGTERM when there is an extension, and only then', async () => {
  const code = `process.on('SIGTERM', () => { console.log('SAID "terminated"'); process.exit(0) }); exports.handler = async () => 1`
  for (const [expected, wanted] of [
    [['terminated'], { layer: extensions({ watcher: listener(['SHUTDOWN']) }) }],
    [[], {}],
  ] as const) {
    const environment = await start({ files: { 'index.js': code }, ...wanted })
    await environment.call()
    await environment.environment.shutdown()
    assert.deepEqual(
      said(environment).filter((value) => value === 'terminated'),
      expected,
    )
  }
})

test('an internal extension lives in the process of the runtime', async () => {
  const environment = await start({
    files: withInternal(
      `say((await register(['INVOKE'])).status, (await register(['SHUTDOWN'], 'other')).body, (await register([])).body)`,
      `for (;;) { const event = await next(); await sleep(100); say(event.requestId) }`,
      `async () => 'answer'`,
    ),
  })
  const [[status, noShutdown, again]] = said(environment)
  assert.equal(status, 200)
  assert.equal(noShutdown.errorType, 'Extension.InvalidEventType')
  assert.equal(again.errorMessage, 'Extension with this name already registered')
  assert.ok(environment.lines.includes('EXTENSION\tName: inside\tState: Ready\tEvents: [INVOKE]'))
  await environment.invoke({}, { requestId: REQUEST_ID })
  assert.deepEqual(said(environment).slice(1), [[REQUEST_ID]], 'the invocation has lasted until it was done')
  await environment.environment.shutdown()
})

interface Case {
  readonly name: string
  /** Code of an extension; `say`s the answer. */
  readonly code: string
  readonly expected: { readonly status: number; readonly body: unknown }
}

const forbidden = (errorType: string, errorMessage: string) => ({ status: 403, body: { errorMessage, errorType } })
const unknownId = '11111111-2222-4333-8444-555555555555'
const get = (identifier: string) =>
  `await call('GET', '/2020-01-01/extension/event/next', { 'Lambda-Extension-Identifier': '${identifier}' })`

const refusals: Case[] = [
  {
    name: 'a registration without a name',
    code: `say(await call('POST', '/2020-01-01/extension/register', { body: { events: [] } }))`,
    expected: forbidden('Extension.InvalidExtensionName', 'Empty extension name'),
  },
  {
    name: 'a registration for an event that does not exist',
    code: `say(await register(['INVOKE', 'SLEEP']))`,
    expected: forbidden('Extension.InvalidEventType', 'SLEEP: ErrorInvalidEventType'),
  },
  {
    name: 'the wish of an internal extension to hear of the end',
    code: `say(await register(['SHUTDOWN'], 'inside'))`,
    expected: forbidden('Extension.InvalidEventType', 'SHUTDOWN: ShutdownEventNotSupportedForInternalExtension'),
  },
  {
    name: 'a second registration',
    code: `await register([]); say(await register([]))`,
    expected: forbidden(
      'Extension.InvalidExtensionState',
      'State transition from Registered to Registered failed for extension a. Error: State transition is not allowed',
    ),
  },
  {
    name: 'a request without an identifier',
    code: `say(await call('GET', '/2020-01-01/extension/event/next'))`,
    expected: forbidden('Extension.MissingExtensionIdentifier', 'Missing Lambda-Extension-Identifier header'),
  },
  {
    name: 'an identifier of another form',
    code: `say(${get('me')})`,
    expected: forbidden('Extension.InvalidExtensionIdentifier', 'Invalid Lambda-Extension-Identifier'),
  },
  {
    name: 'an identifier that nobody has',
    code: `say(${get(unknownId)})`,
    expected: forbidden('Extension.UnknownExtensionIdentifier', `Unknown extension ${unknownId}`),
  },
  {
    name: 'an error of somebody unknown',
    code: `say(await call('POST', '/2020-01-01/extension/exit/error', { 'Lambda-Extension-Identifier': '${unknownId}', 'Lambda-Extension-Function-Error-Type': 'Extension.X' }))`,
    expected: forbidden('Extension.UnknownExtensionIdentifier', 'Unknown Lambda-Extension-Identifier'),
  },
  {
    name: 'an error without a type',
    code: `await register([]); say(await call('POST', '/2020-01-01/extension/init/error', { 'Lambda-Extension-Identifier': id }))`,
    expected: forbidden('Extension.MissingHeader', 'Lambda-Extension-Function-Error-Type not found'),
  },
  {
    name: 'a path that does not exist',
    code: `say(await call('POST', '/2020-01-01/extension/nothing'))`,
    expected: { status: 404, body: '404 page not found\n' },
  },
]

for (const { name, code, expected } of refusals)
  test(`the Extensions API refuses ${name}`, async () => {
    const environment = await start({ layer: extensions({ a: `${code}; if (!id) await register([]); await next()` }) })
    const [[answer]] = said(environment)
    assert.deepEqual({ status: answer.status, body: answer.body }, expected)
    assert.deepEqual(await environment.call({ a: 1 }), { a: 1 }, 'and nothing has happened')
  })

test('what is no JSON is refused', async () => {
  const environment = await start({
    layer: extensions({
      a: `say(await call('POST', '/2020-01-01/extension/register', { 'Lambda-Extension-Name': name, body: '{"events":' })); await register([]); await next()`,
    }),
  })
  const [[{ status, body }]] = said(environment)
  assert.equal(status, 403)
  assert.equal(body.errorType, 'InvalidRequestFormat')
})

test('registration ends when the runtime asks for its first event', async () => {
  const environment = await start({
    files: withInternal('', '', 'async () => (await register(["INVOKE"], "late")).body'),
  })
  assert.deepEqual(await environment.call(), {
    errorMessage: 'Extension registration closed already',
    errorType: 'Extension.RegistrationClosed',
  })
})

interface Failure {
  readonly name: string
  readonly wanted: Wanted
  readonly errorType: string
  readonly errorMessage: RegExp
  /** A line of the log. */
  readonly logged?: RegExp
}

const failures: Failure[] = [
  {
    name: 'exits without registering',
    wanted: { layer: extensions({ a: 'process.exit(2)' }) },
    errorType: 'Extension.Crash',
    errorMessage: /Error: exit status 2$/,
    logged: /^EXTENSION\tName: a\tState: Started\tEvents: \[\]$/,
  },
  {
    name: 'exits in good order, but exits',
    wanted: { layer: extensions({ a: 'await register([])' }) },
    errorType: 'Extension.Crash',
    errorMessage: /Error: exit code 0$/,
  },
  {
    name: 'reports an error while it is initialized',
    wanted: {
      layer: extensions({ a: `await register([]); say(await fail('init', 'Extension.NoConfig')); process.exit(1)` }),
    },
    errorType: 'Extension.InitError',
    errorMessage: /Error: exit status 1$/,
    logged: /^EXTENSION\tName: a\tState: InitError\tEvents: \[\]\tError Type: Extension\.NoConfig$/,
  },
  {
    name: 'cannot be run',
    wanted: { layer: { 'extensions/a': 'no program' } },
    errorType: 'Extension.LaunchError',
    errorMessage: /Error: fork\/exec \/opt\/extensions\/a: permission denied$/,
    logged: /^EXTENSION\tName: a\tState: LaunchError\tEvents: \[\]\tError Type: PermissionDenied$/,
  },
  {
    name: 'crashes in an invocation',
    wanted: { fixture: 'hang', layer: extensions({ a: `await register(['INVOKE']); await next(); process.exit(5)` }) },
    errorType: 'Extension.Crash',
    errorMessage: /Error: exit status 5$/,
  },
  {
    name: 'reports an error in an invocation',
    wanted: {
      fixture: 'hang',
      layer: extensions({
        a: `await register(['INVOKE']); await next(); await fail('exit', 'Extension.Lost'); process.exit(6)`,
      }),
    },
    errorType: 'Extension.ExitError',
    errorMessage: /Error: exit status 6$/,
  },
]

for (const { name, wanted, errorType, errorMessage, logged } of failures)
  test(`an extension that ${name} fails the invocation`, async () => {
    const environment = await start(wanted)
    for (let i = 0; i < 2; i++) {
      const error = await environment.fail()
      assert.equal(error.errorType, errorType)
      assert.match(error.errorMessage, errorMessage)
    }
    if (logged)
      assert.ok(
        environment.lines.some((line) => logged.test(line)),
        environment.lines.join('\n'),
      )
  })

test('there are at most ten extensions', async () => {
  const names = Array.from({ length: 11 }, (_, index) => `e${String(index).padStart(2, '0')}`)
  const environment = await start({ layer: extensions(Object.fromEntries(names.map((name) => [name, listener([])]))) })
  const error = await environment.fail()
  assert.equal(error.errorType, 'Extension.LaunchError')
  assert.match(error.errorMessage, /ErrTooManyExtensions$/)
})
