import { strict as assert } from 'node:assert'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Gates, startGates } from '../support/gates.ts'
import { poll } from '../support/poll.ts'
import { type FunctionError, openTestHost, type TestEnvironment, textOf, type Wanted } from './support.ts'

// Environments that run several invocations at a time, with a runtime that asks for them by TCP, each in a thread.

const { start } = await openTestHost()

const threads = (maxConcurrency: number, more: Wanted = {}) =>
  start({ runtime: 'provided.al2023', fixture: 'threads', maxConcurrency, vcpus: 1, ...more })

const payloadOf = ({ payload }: { readonly payload: Buffer }) => JSON.parse(String(payload))

/** Begins one invocation for each name, all of which are inside the handler when it resolves. */
async function beginAll(environment: TestEnvironment, gates: Gates, names: readonly string[], more: object = {}) {
  const results = names.map((name) => environment.invoke({ gate: gates.urlFor(name), ...more }))
  await Promise.all(names.map((name) => gates.reached(name)))
  return results
}

test('as many invocations as it may run are inside at the same time, and are answered in any order', async () => {
  using gates = await startGates()
  const environment = await threads(4)
  assert.equal(environment.environment.room, 4)
  const names = ['a', 'b', 'c', 'd']
  const results = await beginAll(environment, gates, names)
  assert.equal(environment.environment.room, 0)
  for (const [index, name] of [...names.entries()].reverse()) {
    gates.open(name)
    const { event } = payloadOf((await results[index]) ?? assert.fail())
    assert.equal(event.gate, gates.urlFor(name))
  }
  assert.equal(environment.environment.room, 4)
})

test('an invocation for which nobody asks yet waits for the first who does', async () => {
  using gates = await startGates()
  const environment = await threads(3, { variables: { MORE: '-1' } })
  const [first, second] = await beginAll(environment, gates, ['a', 'b'])
  const third = environment.call({ three: 3 })
  gates.open('b')
  assert.deepEqual((await third).event, { three: 3 })
  gates.open('a')
  await Promise.all([first, second])
})

test('one that takes too long is answered, and the others go on', async () => {
  using gates = await startGates()
  const environment = await threads(3, { timeoutSeconds: 3 })
  await again(async (attempt) => {
    const [long, other] = [`long-${attempt}`, `other-${attempt}`]
    const late = environment.fail({ gate: gates.urlFor(long) })
    // So much later its own time is over.
    await sleep(1500)
    const result = environment.invoke({ gate: gates.urlFor(other) })
    assert.deepEqual(withoutId(await late), {
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: ID Error: Task timed out after 3.00 seconds',
    })
    gates.open(other)
    const isWell = (await result).functionError === undefined
    gates.open(long)
    return isWell
  })
  assert.match(environment.lines.join('\n'), /^RequestId: [0-9a-f-]{36}\tStatus: timeout$/m)
  assert.equal(environment.lines.filter((line) => line.startsWith('INIT_START')).length, 1)
  // Its thread was lost until it was through.
  await poll(() => environment.environment.room === 3 || undefined)
})

test('an answer that comes too late is refused as such', async () => {
  using gates = await startGates()
  const environment = await threads(2, { timeoutSeconds: 1 })
  await environment.fail({ gate: gates.urlFor('late') })
  gates.open('late')
  assert.deepEqual(await toldIn(environment), [
    { status: 400, body: { errorMessage: 'Invoke timeout', errorType: 'Runtime.InvokeTimeout' }, id: null },
  ])
})

test('when all have taken too long and nobody asks for more, it begins anew', async () => {
  using gates = await startGates()
  const environment = await threads(2, { timeoutSeconds: 2 })
  await again(async (attempt) => {
    const names = [`a-${attempt}`, `b-${attempt}`]
    for (const error of await Promise.all(names.map((name) => environment.fail({ gate: gates.urlFor(name) }))))
      assert.equal(error.errorType, 'Sandbox.Timedout')
    for (const name of names) gates.open(name)
    return !environment.environment.isInitialized
  })
  assert.equal(environment.environment.room, 2)
  await again(async () => (await environment.invoke()).functionError === undefined)
})

test('when one has taken too long and the others stop asking, it begins anew', async () => {
  using gates = await startGates()
  const environment = await threads(2, { timeoutSeconds: 3 })
  assert.equal((await environment.fail({ gate: gates.urlFor('never') })).errorType, 'Sandbox.Timedout')
  await environment.invoke({ quit: true })
  await poll(() => environment.environment.room === 2 || undefined)
  await again(async () => (await environment.invoke()).functionError === undefined)
})

test('what comes when an Init on behalf of another has just ended runs once', async () => {
  const environment = await threads(2, {
    logging: { format: 'JSON', group: '/aws/lambda/test', applicationLevel: 'INFO', systemLevel: 'DEBUG' },
  })
  const { lines } = environment
  await environment.fail({ exit: 1 })
  const late = Promise.withResolvers<unknown>()
  const push = lines.push.bind(lines)
  lines.push = (line) => {
    if (line.includes('"platform.initReport"')) late.resolve(environment.invoke({ log: 'ID is at work' }))
    return push(line)
  }
  await Promise.all([environment.invoke(), late.promise])
  for (const _ of [1, 2]) await Promise.all([environment.invoke(), environment.invoke()])
  assert.equal(lines.filter((line) => line.endsWith(' is at work')).length, 1)
})

test('one that fails is alone with it', async () => {
  using gates = await startGates()
  const environment = await threads(2)
  const [first] = await beginAll(environment, gates, ['a'])
  assert.equal((await environment.fail({ fail: 'not today' })).errorMessage, 'not today')
  gates.open('a')
  assert.equal(payloadOf((await first) ?? assert.fail()).event.gate, gates.urlFor('a'))
})

test('the end of the runtime fails all that it is at, and what it has not seen is run by the next', async () => {
  using gates = await startGates()
  const environment = await threads(4, { variables: { MORE: '-1' } })
  const results = await beginAll(environment, gates, ['a', 'b'])
  const [last] = await beginAll(environment, gates, ['c'], { exit: 3 })
  const unseen = environment.call({ four: 4 })
  gates.open('c')
  for (const result of [...results, last])
    assert.deepEqual(withoutId(payloadOf((await result) ?? assert.fail())), {
      errorType: 'Runtime.ExitError',
      errorMessage: 'RequestId: ID Error: Runtime exited with error: exit status 3',
    })
  assert.deepEqual((await unseen).event, { four: 4 })
})

const INVALID_ID = {
  status: 400,
  body: { errorMessage: 'Invalid invoke ID', errorType: 'Runtime.InvalidInvokeId' },
  id: null,
}
const WAS_SENT = {
  status: 403,
  body: { errorMessage: 'Invoke response was sent already', errorType: 'Runtime.InvokeResponseWasSent' },
  id: null,
}
const ACCEPTED = { status: 202, body: { status: 'OK' }, id: null }

const asked: { name: string; ask: readonly string[][]; told: readonly object[] }[] = [
  {
    name: 'an answer for an unknown id is refused',
    ask: [['POST', `invocation/${randomUUID()}/response`, '1']],
    told: [INVALID_ID],
  },
  {
    name: 'an id of another length is as unknown',
    ask: [['POST', 'invocation/7/response', '1']],
    told: [INVALID_ID],
  },
  {
    name: 'an error for an unknown id is refused',
    ask: [['POST', `invocation/${randomUUID()}/error`, '{}']],
    told: [INVALID_ID],
  },
  {
    name: 'a second answer is refused',
    ask: [
      ['POST', 'invocation/ID/response', '1'],
      ['POST', 'invocation/ID/response', '2'],
    ],
    told: [ACCEPTED, WAS_SENT],
  },
  {
    name: 'an error behind an answer is refused',
    ask: [
      ['POST', 'invocation/ID/response', '1'],
      ['POST', 'invocation/ID/error', '{}'],
    ],
    told: [ACCEPTED, WAS_SENT],
  },
  {
    name: 'an error of Init after Init is refused',
    ask: [['POST', 'init/error', '{}']],
    told: [
      {
        status: 403,
        body: {
          errorMessage:
            'State transition from Ready to InitError failed for runtime. Error: State transition is not allowed',
          errorType: 'InvalidStateTransition',
        },
        id: null,
      },
    ],
  },
]

for (const { name, ask, told } of asked)
  test(name, async () => {
    const environment = await threads(2)
    await environment.invoke({ ask })
    assert.deepEqual(await toldIn(environment), told)
    await environment.call()
  })

test('nobody more may wait for an event than invocations may run', async () => {
  using gates = await startGates()
  const environment = await threads(2, { variables: { MORE: '1' } })
  assert.deepEqual(await toldIn(environment), [
    {
      status: 403,
      body: { errorMessage: 'Too many idle runtimes', errorType: 'Runtime.TooManyIdleRuntimes' },
      id: null,
    },
  ])
  const results = await beginAll(environment, gates, ['a', 'b'])
  for (const name of ['a', 'b']) gates.open(name)
  for (const result of results) assert.equal((await result).functionError, undefined)
})

test('responses are streamed side by side', async () => {
  using gates = await startGates()
  const environment = await threads(2)
  const streams = await Promise.all(
    ['a', 'b'].map((name) => environment.stream({ stream: [`${name}1`, gates.urlFor(name), `${name}2`] })),
  )
  const readers = streams.map((stream) => stream[Symbol.asyncIterator]())
  const read = async () => Promise.all(readers.map(async (reader) => String((await reader.next()).value)))
  assert.deepEqual(await read(), ['a1', 'b1'])
  gates.open('b')
  gates.open('a')
  assert.deepEqual(await read(), ['a2', 'b2'])
  for (const { end } of streams) assert.equal((await end).functionError, undefined)
})

test('an answer beside one that is being streamed is refused', async () => {
  using gates = await startGates()
  const environment = await threads(2)
  const other = ['POST', 'invocation/ID/response', '1']
  const stream = await environment.stream({ stream: ['a1', gates.urlFor('a'), other, 'a2'] })
  const text = textOf(stream)
  gates.open('a')
  assert.equal(await text, 'a1a2')
  assert.deepEqual(await toldIn(environment), [
    {
      status: 403,
      body: { errorMessage: 'Invoke response is in progress', errorType: 'Runtime.InvokeResponseInProgress' },
      id: null,
    },
  ])
})

test('a stream whose time is over is cut off, and the next is whole', async () => {
  using gates = await startGates()
  const environment = await threads(2, { timeoutSeconds: 3 })
  const stream = async (...parts: string[]) =>
    (await environment.invoke({ stream: parts }, { wantsStream: true })).stream
  await again(async () => {
    const cut = await stream('a1', gates.urlFor('never'), 'a2')
    if (cut === undefined) return false
    assert.equal((await cut.end).errorType, 'Sandbox.Timedout')
    assert.equal(await textOf(cut), 'a1')
    return true
  })
  await again(async () => {
    const whole = await stream('b1', 'b2')
    return whole !== undefined && (await textOf(whole)) === 'b1b2'
  })
  gates.open('never')
  await poll(() => environment.environment.room === 2 || undefined)
})

test('lines of the platform tell invocations apart, and the tail shows only its own', async () => {
  using gates = await startGates()
  const environment = await threads(2)
  const ids = { a: randomUUID(), b: randomUUID() }
  const begin = (name: 'a' | 'b') =>
    environment.invoke({ log: `ID is ${name}`, gate: gates.urlFor(name) }, { requestId: ids[name], wantsLogTail: true })
  const results = { a: begin('a'), b: begin('b') }
  await Promise.all([gates.reached('a'), gates.reached('b')])
  for (const name of ['b', 'a'] as const) {
    const id = ids[name]
    await poll(() => environment.lines.includes(`${id} is ${name}`) || undefined)
    gates.open(name)
    const end = `END RequestId: ${id}\nREPORT RequestId: ${id}\tDuration: [0-9.]+ ms\n`
    assert.match(
      String((await results[name]).logTail),
      new RegExp(`^START RequestId: ${id}\tVersion: \\$LATEST\n${id} is ${name}\n${end}$`),
    )
  }
})

test('the events of the JSON format leave out what cannot be told of one of several', async () => {
  const environment = await threads(2, {
    logging: { format: 'JSON', group: '/aws/lambda/test', applicationLevel: 'INFO', systemLevel: 'DEBUG' },
  })
  const requestId = randomUUID()
  await environment.invoke({}, { requestId })
  const events = environment.lines.map((line) => JSON.parse(line))
  const of = (type: string) => events.find((event) => event.type === `platform.${type}`)?.record
  assert.equal(of('initStart').initializationType, 'lambda-managed-instances')
  assert.deepEqual(of('start'), { requestId, version: '$LATEST' })
  const { metrics, ...report } = of('report')
  assert.deepEqual(report, { requestId, status: 'success' })
  assert.deepEqual(Object.keys(metrics), ['durationMs'])
  assert.equal(of('runtimeDone'), undefined)
})

test('an extension may hear of the end only', async () => {
  const register = (event: string) =>
    `curl -sS -D /tmp/head -o /tmp/body "$api/register" -H 'Lambda-Extension-Name: watch' -d '{"events":["${event}"]}'; cat /tmp/body; echo`
  const watch = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension"
${register('INVOKE')}
${register('SHUTDOWN')}
id=$(sed -n 's/^Lambda-Extension-Identifier: *//p' /tmp/head | tr -d '\r')
curl -sS "$api/event/next" -H "Lambda-Extension-Identifier: $id"
echo
`
  const environment = await threads(2, { layer: { 'extensions/watch': watch } })
  await environment.call()
  await environment.environment.shutdown()
  const told = environment.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
  assert.deepEqual(told[0], { errorMessage: 'INVOKE: ErrorInvalidEventType', errorType: 'Extension.InvalidEventType' })
  assert.equal(told[1].functionName, 'test')
  assert.equal(told[2].eventType, 'SHUTDOWN')
  assert.equal(told.length, 3)
})

/**
 * Tries until it goes well: what has a second or two may have been kept from the processors for as long, and that is not
 * what is to be seen.
 */
async function again(tryOnce: (attempt: number) => Promise<boolean>): Promise<void> {
  let attempt = 0
  await poll(async () => (await tryOnce(attempt++)) || undefined)
}

/** What the runtime was told, which it writes to its log. */
const toldIn = (environment: TestEnvironment): Promise<unknown> =>
  poll(() => {
    const line = environment.lines.find((line) => line.startsWith('TOLD '))
    return line && JSON.parse(line.slice(5))
  })

const withoutId = ({ errorType, errorMessage }: FunctionError) => ({
  errorType,
  errorMessage: errorMessage.replace(/[0-9a-f-]{36}/, 'ID'),
})
