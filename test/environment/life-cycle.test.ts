import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { poll } from '../support/poll.ts'
import { errorOf, NODE, openTestHost, PYTHON } from './support.ts'

const { start, host } = await openTestHost()

/** The timeout of functions that end by it and run again: a new Init belongs to that invocation, on a busy machine too. */
const RESET_SECONDS = 3

for (const runtime of [NODE, PYTHON]) {
  test(`module state of ${runtime} survives from one invocation to the next`, async () => {
    const environment = await start({ runtime, fixture: 'counter' })
    assert.deepEqual([await environment.call(), await environment.call(), await environment.call()], [1, 2, 3])
  })

  test(`a handler's exception leaves the state of ${runtime} as it was`, async () => {
    const environment = await start({
      runtime,
      files: {
        'index.js': 'let n = 0; exports.handler = async () => { if (++n === 2) throw new Error("x"); return n }',
        'main.py':
          'n = 0\ndef handler(e, c):\n    global n\n    n += 1\n    if n == 2: raise ValueError("x")\n    return n',
      },
    })
    assert.equal(await environment.call(), 1)
    await environment.fail()
    assert.equal(await environment.call(), 3)
  })
}

test('a function that takes too long times out, and the environment is reset', async () => {
  const environment = await start({ fixture: 'remember-in-tmp', timeoutSeconds: RESET_SECONDS })
  assert.deepEqual(await environment.call(), { inMemory: 1, inTmp: 1 })
  const error = await environment.fail({ hang: true })
  assert.equal(error.errorType, 'Sandbox.Timedout')
  assert.match(error.errorMessage, /^RequestId: \S{36} Error: Task timed out after 3\.00 seconds$/)
  assert.ok(environment.environment.isAlive)
  assert.deepEqual(await environment.call(), { inMemory: 1, inTmp: 3 }, 'memory is new, /tmp is not')
  assert.deepEqual(await environment.call(), { inMemory: 2, inTmp: 4 })
})

test('a function that is busy times out as well', async () => {
  const environment = await start({ fixture: 'hang', timeoutSeconds: RESET_SECONDS })
  assert.equal((await environment.fail({ busy: true })).errorType, 'Sandbox.Timedout')
  assert.equal(await environment.call({ ms: 1 }), 'done')
})

test('after an exit the environment is reset', async () => {
  const environment = await start({ fixture: 'remember-in-tmp' })
  assert.equal((await environment.fail({ exit: true })).errorType, 'Runtime.ExitError')
  assert.deepEqual(await environment.call(), { inMemory: 1, inTmp: 2 })
})

test('a failed Init is repeated within the first invocation', async () => {
  const environment = await start({
    files: {
      'index.js': `const { existsSync, writeFileSync } = require('node:fs')
        if (!existsSync('/tmp/tried')) { writeFileSync('/tmp/tried', ''); throw new Error('first time') }
        exports.handler = async () => 'second time'`,
    },
  })
  assert.equal(await environment.call(), 'second time')
  assert.ok(
    environment.lines.some((line) =>
      /^INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: error\tError Type: Runtime\.Unknown$/.test(line),
    ),
    environment.lines.join('\n'),
  )
})

test('an Init that hangs at every try ends with the timeout of the function; nobody waits for a provisioned one', async () => {
  const slow = 'await new Promise((resolve) => setTimeout(resolve, 10_500)); export const handler = async () => "slow"'
  const [environment, provisioned] = await Promise.all([
    start({ files: { 'index.js': 'while (true) {}' }, timeoutSeconds: 1 }),
    start({ files: { 'index.mjs': slow }, timeoutSeconds: 1, isProvisioned: true }),
  ])
  assert.ok(provisioned.environment.isInitialized, 'it has more than ten seconds')
  assert.equal(await provisioned.call(), 'slow')
  assert.ok(
    environment.lines.some((line) =>
      /^INIT_REPORT Init Duration: \d{5,}\.\d\d ms\tPhase: init\tStatus: timeout$/.test(line),
    ),
    environment.lines.join('\n'),
  )
  const error = await environment.fail()
  assert.equal(error.errorType, 'Sandbox.Timedout')
  assert.match(error.errorMessage, /Task timed out after 1\.00 seconds$/)
})

test('a function that needs more memory than it has is ended', { skip: !limited('memory') }, async () => {
  const environment = await start({ runtime: PYTHON, fixture: 'allocate', memoryMb: 128 })
  assert.equal(await environment.call({ mb: 60 }), 60 * 1024 * 1024)
  const error = await environment.fail({ mb: 400 })
  assert.equal(error.errorType, 'Runtime.OutOfMemory')
  assert.match(error.errorMessage, /^RequestId: \S{36} Error: Runtime exited with error: signal: killed$/)
  assert.equal(await environment.call({ mb: 1 }), 1024 * 1024)
})

test('an invocation needs no more than 128 MB', async () => {
  const environment = await start({ memoryMb: 128 })
  assert.deepEqual(await environment.call({ a: 1 }), { a: 1 })
})

test('a fork bomb is stopped by the limit of processes, and goes with the timeout', {
  skip: !limited('processes'),
}, async () => {
  const environment = await start({ runtime: PYTHON, fixture: 'fork-bomb', memoryMb: 3008, timeoutSeconds: 10 })
  assert.equal((await environment.fail({ bomb: true })).errorType, 'Sandbox.Timedout')
  assert.ok(
    environment.lines.some((line) => line.includes('Resource temporarily unavailable')),
    environment.lines.join('\n'),
  )
  assert.equal(await environment.call(), 'alive')
})

test('an idle environment is frozen until its next invocation', { skip: !limited('freeze') }, async () => {
  const environment = await start({ fixture: 'tick' })
  await poll(async () => {
    await environment.call()
    await sleep(400)
    const { longestPauseMs } = await environment.call()
    // It ticks each millisecond, and is frozen soon after it has become idle, sooner or later.
    return longestPauseMs >= 300 || undefined
  })
})

test('an environment that is frozen can be shut down', async () => {
  const environment = await start({ fixture: 'tick' })
  await environment.call()
  await sleep(50)
  await environment.environment.shutdown()
  assert.equal(environment.environment.isAlive, false)
})

test('shutdown ends a running invocation, and may be called again', async () => {
  const started = await start({ fixture: 'hang' })
  const { environment } = started
  const invocation = assert.rejects(started.invoke(), /shut down/)
  await Promise.all([environment.shutdown(), environment.shutdown()])
  await invocation
  assert.equal(environment.isAlive, false)
})

test('environments of one host live side by side', async () => {
  const environments = await Promise.all([1, 2, 3, 4].map(() => start({ fixture: 'counter' })))
  const counts = await Promise.all(
    environments.map(async (environment) => {
      for (let i = 0; i < 49; i++) await environment.call()
      return environment.call()
    }),
  )
  assert.deepEqual(counts, [50, 50, 50, 50])
})

test('runtimes are prepared without complaint, whether there is an interpreter or not', async () => {
  await host.prepareRuntime(NODE)
  await host.prepareRuntime(PYTHON)
  await host.prepareRuntime('dotnet8')
  assert.ok(host.startEstimateMs(NODE, 0) > 0)
})

test('a version that no host has runs on the nearest one, and the log says so', async () => {
  const environment = await start({ runtime: 'python3.7', fixture: 'echo' })
  assert.deepEqual(await environment.call({ a: 1 }), { a: 1 })
  assert.match(environment.lines[0] ?? '', /^lambent: python3\.7 is not on this host; running on Python 3\.\d+\.\d+$/)
})

test('the log tells the story of an environment', async () => {
  const environment = await start({
    files: { 'index.js': 'console.log("loading"); exports.handler = async () => { console.error("two\\nlines") }' },
  })
  const requestId = '11111111-2222-4333-8444-555555555555'
  await environment.invoke({}, { requestId, wantsLogTail: true })
  await environment.invoke({}, { requestId, wantsLogTail: true })
  const expected = [
    /^INIT_START Runtime Version: nodejs:\d+\.v1\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:0123$/,
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\tundefined\tINFO\tloading$/,
    new RegExp(`^START RequestId: ${requestId} Version: \\$LATEST$`),
    new RegExp(`^\\S+Z\t${requestId}\tERROR\ttwo\rlines$`),
    new RegExp(`^END RequestId: ${requestId}$`),
    new RegExp(
      `^REPORT RequestId: ${requestId}\tDuration: \\d+\\.\\d\\d ms\tBilled Duration: \\d+ ms\tMemory Size: 256 MB\tMax Memory Used: \\d+ MB\tInit Duration: \\d+\\.\\d\\d ms\t$`,
    ),
    new RegExp(`^START RequestId: ${requestId} Version: \\$LATEST$`),
    new RegExp(`^\\S+Z\t${requestId}\tERROR\ttwo\rlines$`),
    new RegExp(`^END RequestId: ${requestId}$`),
    new RegExp(
      `^REPORT RequestId: ${requestId}\tDuration: \\d+\\.\\d\\d ms\tBilled Duration: \\d+ ms\tMemory Size: 256 MB\tMax Memory Used: \\d+ MB\t$`,
    ),
  ]
  assert.equal(environment.lines.length, expected.length, environment.lines.join('\n'))
  for (const [index, pattern] of expected.entries()) assert.match(environment.lines[index] ?? '', pattern)
})

test('Python logs lines by print, and records by its logger', async () => {
  const environment = await start({
    runtime: PYTHON,
    files: {
      'main.py': `import logging
def handler(e, c):
    print("one\\ntwo")
    logging.getLogger().warning("three\\nfour %s", 5)
    print("no line end", end="")`,
    },
  })
  const requestId = '11111111-2222-4333-8444-555555555555'
  const { logTail } = await environment.invoke({}, { requestId, wantsLogTail: true })
  const lines = String(logTail).split('\n').slice(1, -3)
  assert.deepEqual(lines.slice(0, 2), ['one', 'two'])
  assert.match(
    lines[2] ?? '',
    new RegExp(`^\\[WARNING\\]\t\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\t${requestId}\tthree\rfour 5$`),
  )
})

test('the log tail is the end of this invocation, at most 4096 bytes', async () => {
  const environment = await start({ fixture: 'flood' })
  await environment.invoke({ lines: 1, length: 10 }, { wantsLogTail: true })
  const short = String((await environment.invoke({ lines: 2, length: 10 }, { wantsLogTail: true })).logTail)
  assert.match(short, /^START RequestId: \S+ Version: \$LATEST\nx{10}\nx{10}\nEND RequestId: \S+\nREPORT .*\t\n$/)
  const long = (await environment.invoke({ lines: 1000, length: 100 }, { wantsLogTail: true })).logTail
  assert.equal(long?.length, 4096)
  assert.match(String(long), /x{100}\nEND RequestId: \S+\nREPORT .*\t\n$/)
  assert.equal((await environment.invoke({ lines: 1, length: 1 })).logTail, undefined)
})

test('a flood of output is cut into records, and does not end the server', async () => {
  const environment = await start({ fixture: 'flood' })
  assert.equal(await environment.call({ lines: 3, length: 1_000_000 }), 'done')
  const flood = environment.lines.filter((line) => line.startsWith('x'))
  assert.ok(flood.every((line) => line.length <= 256 * 1024))
  assert.equal(flood.join('').length, 3_000_000)
})

test('failures are told in the log', async () => {
  const environment = await start({ fixture: 'hang', timeoutSeconds: 1 })
  const result = await environment.invoke({}, { wantsLogTail: true })
  assert.equal(errorOf(result).errorType, 'Sandbox.Timedout')
  const tail = String(result.logTail)
  assert.match(tail, /before hanging\n/)
  assert.match(
    tail,
    /\n\S+Z \S{36} Task timed out after 1\.00 seconds\nEND .*\nREPORT .*\tDuration: 1000\.00 ms\tBilled Duration: \d+ ms\t.*\tStatus: timeout\n$/,
  )
  const exit = await start({ fixture: 'exit-1' })
  const exited = String((await exit.invoke({ status: 1 }, { wantsLogTail: true })).logTail)
  assert.match(
    exited,
    /last words\nRequestId: \S{36} Error: Runtime exited with error: exit status 1\nRuntime\.ExitError\nEND .*\nREPORT .*\tStatus: error\tError Type: Runtime\.ExitError\n$/,
  )
})

function limited(what: string): boolean {
  return host.limits.some((limit) => limit.startsWith(what) && !limit.includes('NOT'))
}
