import { strict as assert } from 'node:assert'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { startGates } from '../support/gates.ts'
import { poll } from '../support/poll.ts'
import { openTestHost, PYTHON, type TestEnvironment, type Wanted } from './support.ts'

// Python functions whose environments run several invocations at a time: each in a process of its own.

const { start } = await openTestHost()

const CODE = `import json, os, sys, urllib.request

loaded_by = os.getpid()

def handler(event, context):
    print("at work", context.aws_request_id, event.get("gate"))
    if "gate" in event:
        urllib.request.urlopen(event["gate"]).read()
    if "exit" in event:
        os._exit(event["exit"])
    if "leave" in event:
        sys.exit(event["leave"])
    if "kill" in event:
        os.kill(os.getpid(), event["kill"])
    if "fail" in event:
        raise ValueError(event["fail"])
    return {"id": context.aws_request_id, "process": os.getpid(), "loadedBy": loaded_by,
        "trace": os.environ["_X_AMZN_TRACE_ID"]}
`

const python = (maxConcurrency: number, code = CODE, more: Wanted = {}) =>
  start({ runtime: PYTHON, handler: 'main.handler', files: { 'main.py': code }, maxConcurrency, vcpus: 1, ...more })

test('invocations are inside at the same time, each in a process that has loaded the module itself', async () => {
  using gates = await startGates()
  const environment = await python(4)
  const calls = [0, 1, 2, 3].map((index) => ({ requestId: randomUUID(), traceHeader: `Root=${index}` }))
  const results = calls.map((call, index) => environment.invoke({ gate: gates.urlFor(String(index)) }, call))
  await Promise.all(calls.map((_, index) => gates.reached(String(index))))
  for (const index of [3, 1, 2, 0]) gates.open(String(index))
  const answers = (await Promise.all(results)).map(({ payload }) => JSON.parse(String(payload)))
  for (const [index, { requestId, traceHeader }] of calls.entries()) {
    const { id, trace, process, loadedBy } = answers[index]
    assert.deepEqual([id, trace, loadedBy], [requestId, traceHeader, process])
    await poll(() => environment.lines.find((line) => line === `at work ${requestId} ${gates.urlFor(String(index))}`))
  }
  assert.equal(new Set(answers.map(({ process }) => process)).size, 4)
})

const ends: { name: string; event: object; message: RegExp }[] = [
  { name: 'that exits', event: { exit: 3 }, message: / Error: Runtime exited with error: exit status 3$/ },
  { name: 'that leaves', event: { leave: 0 }, message: / Error: Runtime exited without providing a reason$/ },
  { name: 'that is killed', event: { kill: 9 }, message: / Error: Runtime exited with error: signal: killed$/ },
]
for (const { name, event, message } of ends)
  test(`a process ${name} fails its own invocation, and is replaced`, async () => {
    using gates = await startGates()
    const environment = await python(2)
    const other = environment.call({ gate: gates.urlFor('other') })
    await gates.reached('other')
    for (const _ of [1, 2]) {
      const { errorType, errorMessage } = await environment.fail(event)
      assert.equal(errorType, 'Runtime.ExitError')
      assert.match(errorMessage, message)
    }
    gates.open('other')
    const { process } = await other
    const replaced = await inTwo(environment, (name) => gates.urlFor(name), gates)
    assert.ok(replaced.includes(process) && new Set(replaced).size === 2)
    assert.equal(environment.lines.filter((line) => line.startsWith('INIT_START')).length, 1)
  })

/** The processes of two invocations that are inside at the same time. */
async function inTwo(
  environment: TestEnvironment,
  urlFor: (name: string) => string,
  gates: { reached(name: string): Promise<void>; open(name: string): void },
): Promise<number[]> {
  const calls = ['a', 'b'].map((name) => environment.call({ gate: urlFor(name) }))
  await Promise.all(['a', 'b'].map((name) => gates.reached(name)))
  for (const name of ['a', 'b']) gates.open(name)
  return (await Promise.all(calls)).map(({ process }) => process)
}

test('one that raises is alone with it', async () => {
  using gates = await startGates()
  const environment = await python(2)
  const other = environment.call({ gate: gates.urlFor('other') })
  await gates.reached('other')
  const { errorType, errorMessage } = await environment.fail({ fail: 'not today' })
  assert.deepEqual([errorType, errorMessage], ['ValueError', 'not today'])
  gates.open('other')
  await other
})

test('an error of Init is told once to each that waits for it', async () => {
  const environment = await python(3, 'raise ValueError("broken")')
  const errors = await Promise.all([environment.fail(), environment.fail()])
  for (const { errorType, errorMessage } of errors)
    assert.deepEqual([errorType, errorMessage], ['ValueError', 'broken'])
})

test('a module that ends its process is the end of all', async () => {
  const environment = await python(3, 'import os; os._exit(4)')
  const { errorType, errorMessage } = await environment.fail()
  assert.equal(errorType, 'Runtime.ExitError')
  assert.match(errorMessage, /exit status 4$/)
})

test('an error of Init is logged once, whichever process has met it', async () => {
  const environment = await python(8, 'raise ValueError("broken")')
  assert.equal(environment.lines.filter((line) => line.includes('[ERROR] ValueError: broken')).length, 1)
  assert.equal(environment.lines.filter((line) => line.startsWith('INIT_START')).length, 1)
})

/** Only the first processes are of use: those that take their places end while they load, or when they have loaded. */
const later = (code: string) => `import threading
def born(place):
    try:
        return os.close(os.open("/tmp/born-%d" % place, os.O_CREAT | os.O_EXCL)) is None
    except FileExistsError:
        return False
${CODE}
if not born(1) and not born(2):
    print("in vain")
    ${code}`

for (const [name, code] of [
  ['while they load', 'raise ValueError("not again")'],
  ['as soon as they have loaded', 'threading.Timer(0, os._exit, [7]).start()'],
] as const) {
  test(`processes that end ${name} leave the others alone`, async () => {
    using gates = await startGates()
    const environment = await python(2, later(code))
    const other = environment.call({ gate: gates.urlFor('other') })
    await gates.reached('other')
    assert.match((await environment.fail({ exit: 3 })).errorMessage, /exit status 3$/)
    // The second takes the place of the first.
    await poll(() => environment.lines.filter((line) => line === 'in vain').length > 1 || undefined)
    gates.open('other')
    assert.equal(typeof (await other).process, 'number')
    assert.equal(environment.environment.isInitialized, true)
  })

  test(`processes that end ${name} are not replaced for ever`, async () => {
    const environment = await python(2, later(code))
    for (const _ of [1, 2]) await environment.fail({ exit: 3 })
    await poll(() => !environment.environment.isInitialized || undefined)
  })
}
