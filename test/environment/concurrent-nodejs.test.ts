import { strict as assert } from 'node:assert'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { startGates } from '../support/gates.ts'
import { poll } from '../support/poll.ts'
import { NODE, openTestHost, type Wanted } from './support.ts'

// Node.js functions whose environments run several invocations at a time: all of them in one event loop.

const { start } = await openTestHost()

const node = (code: string, more: Wanted = {}) =>
  start({ runtime: NODE, handler: 'index.handler', files: { 'index.js': code }, maxConcurrency: 40, vcpus: 1, ...more })

const WAITING = `exports.handler = async ({ gate, fail }, context) => {
  console.log('before', gate)
  if (gate) await fetch(gate)
  console.log('behind', gate)
  if (fail) throw new RangeError(fail)
  return { id: context.awsRequestId, gate, trace: process.env._X_AMZN_TRACE_ID ?? null,
    store: [awslambda.InvokeStore.getRequestId(), awslambda.InvokeStore.getXRayTraceId()] }
}`

test('forty invocations are inside at the same time, each with its own context, trace and log lines', async () => {
  using gates = await startGates()
  const environment = await node(WAITING)
  const calls = Array.from({ length: 40 }, (_, index) => ({
    requestId: randomUUID(),
    gate: gates.urlFor(String(index)),
    traceHeader: `Root=${index}`,
  }))
  const results = calls.map(({ gate, ...more }) => environment.invoke({ gate }, more))
  await Promise.all(calls.map((_, index) => gates.reached(String(index))))
  for (const index of [...calls.keys()].reverse()) gates.open(String(index))
  for (const [index, { requestId, gate, traceHeader }] of calls.entries()) {
    const { payload } = (await results[index]) ?? assert.fail()
    assert.deepEqual(JSON.parse(String(payload)), {
      id: requestId,
      gate,
      trace: null,
      store: [requestId, traceHeader],
    })
    for (const word of ['before', 'behind'])
      await poll(() => environment.lines.find((line) => line.endsWith(`\t${requestId}\tINFO\t${word} ${gate}`)))
  }
})

test('a handler that never lets go of the event loop is ended when its time is over', async () => {
  const environment = await node(`exports.handler = async ({ loop }) => { while (loop); return process.pid }`, {
    timeoutSeconds: 3,
  })
  await environment.call()
  assert.equal((await environment.fail({ loop: true })).errorType, 'Sandbox.Timedout')
  assert.equal(environment.environment.isInitialized, false)
  await poll(async () => (await environment.invoke()).functionError === undefined || undefined)
})

test('one that throws is alone with it, and its error is logged as its own', async () => {
  using gates = await startGates()
  const environment = await node(WAITING, {
    logging: { format: 'JSON', group: '/aws/lambda/test', applicationLevel: 'INFO', systemLevel: 'INFO' },
  })
  const other = environment.call({ gate: gates.urlFor('other') })
  await gates.reached('other')
  const requestId = randomUUID()
  const { functionError, payload } = await environment.invoke({ fail: 'not today' }, { requestId })
  assert.equal(functionError, 'Unhandled')
  assert.equal(JSON.parse(String(payload)).errorMessage, 'not today')
  gates.open('other')
  assert.equal((await other).gate, gates.urlFor('other'))
  const logged = await poll(() =>
    environment.lines.map((line) => JSON.parse(line)).find(({ level }) => level === 'ERROR'),
  )
  assert.equal(logged.requestId, requestId)
})

test('what an invocation leaves uncaught is its error, and ends those beside it', async () => {
  using gates = await startGates()
  const environment = await node(`exports.handler = async ({ gate, late }) => {
    if (late) setImmediate(() => { throw new RangeError(late) })
    await fetch(gate)
    return process.pid
  }`)
  const other = environment.fail({ gate: gates.urlFor('other') })
  await gates.reached('other')
  const guilty = await environment.fail({ gate: gates.urlFor('guilty'), late: 'too late' })
  assert.deepEqual([guilty.errorType, guilty.errorMessage], ['RangeError', 'too late'])
  const { errorType, errorMessage } = await other
  assert.equal(errorType, 'Runtime.ExitError')
  assert.match(errorMessage, / Error: Runtime exited with error: exit status 129$/)
  gates.open('next')
  assert.equal(typeof (await environment.call({ gate: gates.urlFor('next') })), 'number')
})

test('handlers that call back are answered at once, and what they return before does not count', async () => {
  const environment = await node(`exports.handler = ({ a, fail }, context, callback) => {
    setImmediate(() => callback(fail && new Error(fail), { a }))
  }`)
  const all = await Promise.all([1, 2, 3].map((a) => environment.call({ a })))
  assert.deepEqual(all, [{ a: 1 }, { a: 2 }, { a: 3 }])
  assert.equal((await environment.fail({ fail: 'no' })).errorMessage, 'no')
})

test('responses are streamed side by side, and more of them than there are connections kept', async () => {
  using gates = await startGates()
  const environment = await node(`exports.handler = awslambda.streamifyResponse(async ({ name, gate }, stream) => {
    stream.write(name + '1')
    await fetch(gate)
    stream.write(name + '2')
    stream.end()
  })`)
  for (const round of [1, 2]) {
    const names = Array.from({ length: 20 }, (_, index) => `${round}-${index}-`)
    const streams = await Promise.all(
      names.map((name) => environment.stream({ name, gate: gates.urlFor(`gate-${round}`) })),
    )
    const readers = streams.map((stream) => stream[Symbol.asyncIterator]())
    const read = () => Promise.all(readers.map(async (reader) => String((await reader.next()).value)))
    assert.deepEqual(
      await read(),
      names.map((name) => `${name}1`),
    )
    gates.open(`gate-${round}`)
    assert.deepEqual(
      await read(),
      names.map((name) => `${name}2`),
    )
    for (const { end } of streams) assert.equal((await end).functionError, undefined)
  }
})

test('large events and answers of several come through whole', async () => {
  const environment = await node('exports.handler = async (event) => event')
  const events = ['a', 'b', 'c'].map((letter) => ({ text: `ä${letter.repeat(2_000_000)}` }))
  const answers = await Promise.all(events.map((event) => environment.call(event)))
  for (const [index, { text }] of answers.entries()) assert.ok(text === events[index]?.text)
})

test('an error of Init is told to all that wait for it', async () => {
  const environment = await node(`throw new Error('broken')`)
  const errors = await Promise.all([1, 2, 3].map(() => environment.fail()))
  assert.deepEqual(
    errors.map(({ errorMessage }) => errorMessage),
    ['broken', 'broken', 'broken'],
  )
})
