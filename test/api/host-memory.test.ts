import assert from 'node:assert/strict'
import { accessSync, constants, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { findHierarchies } from '../../src/environment/cgroups/hierarchies.ts'
import { isRoot, ORDINARY_USER } from '../isolation/scene.ts'
import { createFunction, invoke } from '../support/clients.ts'
import { startGates } from '../support/gates.ts'
import { poll } from '../support/poll.ts'
import { descendantsOf, nameOf } from '../support/processes.ts'
import { sendSigned } from '../support/raw.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

/** With its process a little less than half of what the servers here may give to environments. */
const BALLAST_MB = 100
const MEMORY = ['--memory-mb', '280']

const create = (server: TestServer, FunctionName: string, ballastMb = BALLAST_MB) =>
  createFunction(server, {
    FunctionName,
    MemorySize: 512,
    Timeout: 60,
    code: {
      'index.mjs': `const ballast = Buffer.alloc(${ballastMb} * 2 ** 20, 1)
        let count = 0
        process.title = '${FunctionName}'
        export const handler = async ({ sleepMs = 0, gate }) => {
          if (gate) await fetch(gate)
          await new Promise((resolve) => setTimeout(resolve, sleepMs))
          return ballast.length > 0 ? ++count : 0
        }`,
    },
  })

/** Of this process, where groups have one hierarchy for memory alone. */
const memoryGroup = findHierarchies(
  readFileSync('/proc/self/mountinfo', 'utf8'),
  readFileSync('/proc/self/cgroup', 'utf8'),
).find(
  ({ version, controllers, ownDirectory }) =>
    version === 1 && controllers.includes('memory') && isWritable(ownDirectory),
)

/** Not while a process that was in it is about to end. */
function isRemoved(directory: string): boolean {
  try {
    rmdirSync(directory)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBUSY') return false
    throw error
  }
}

/** Those below the server that have given themselves this name. */
const processesNamed = (server: TestServer, name: string) =>
  descendantsOf(server.process.pid ?? 0).filter((processId) => nameOf(processId) === name)

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK)
    return true
  } catch {
    return false
  }
}

const NOBODY_COUNTS = 'control groups are not writable here'
/** What the server prints behind the line that says it is ready. */
const limitsOf = (server: TestServer) => poll(() => /memory of all environments: .*/.exec(server.output())?.[0])
const isCounted = async (server: TestServer) => !(await limitsOf(server)).includes('counted as')

test('the operator is told how much all environments may take together', async () => {
  await using server = await startTestServer({ args: MEMORY })
  assert.match(await limitsOf(server), /at most 280 MB/)
})

test('in a container, environments share what the container may take', {
  skip: memoryGroup === undefined,
}, async () => {
  const group = `${memoryGroup?.ownDirectory}/lambent-test-${process.pid}`
  mkdirSync(group)
  try {
    writeFileSync(`${group}/memory.limit_in_bytes`, String(1024 * 2 ** 20))
    // What this process starts while it is in the group is in it too.
    writeFileSync(`${group}/cgroup.procs`, String(process.pid))
    const starting = startTestServer()
    writeFileSync(`${memoryGroup?.ownDirectory}/cgroup.procs`, String(process.pid))
    await using server = await starting
    assert.match(await limitsOf(server), /at most 768 MB/)
  } finally {
    for (const directory of [`${group}/lambent`, group]) await poll(() => isRemoved(directory) || undefined)
  }
})

test('where nobody counts, as many run as there are expected to fit, whatever their MemorySize', {
  skip: !isRoot,
}, async () => {
  const args = [...MEMORY, '--isolation', 'process']
  await using server = await startTestServer({ args, ...ORDINARY_USER })
  assert.match(await limitsOf(server), /counted as 48 MB each/)
  using gates = await startGates()
  await create(server, 'f', 1)
  const names = ['one', 'two', 'three', 'four', 'five']
  const held = names.map((gate) => invoke(server, 'f', { gate: gates.urlFor(gate) }))
  for (const gate of names) await gates.reached(gate)
  for (const gate of names) gates.open(gate)
  assert.ok((await Promise.all(held)).every(({ payload }) => payload === 1))
})

describe('a host with little memory', { concurrency: true }, () => {
  test('lets the environment go that has been idle for longest, whosever it is', async (t) => {
    await using server = await startTestServer({ args: MEMORY })
    if (!(await isCounted(server))) return t.skip(NOBODY_COUNTS)
    for (const name of ['first', 'second', 'third']) {
      await create(server, name)
      assert.equal((await invoke(server, name)).payload, 1)
    }
    assert.equal((await invoke(server, 'third')).payload, 2)
    assert.equal((await invoke(server, 'second')).payload, 2)
    assert.equal((await invoke(server, 'first')).payload, 1, 'this one had to go')
    assert.equal((await invoke(server, 'second')).payload, 3)
    assert.equal((await invoke(server, 'third')).payload, 1)
  })

  test('lets idle ones go when a busy one grows, before the kernel has to end one', async (t) => {
    await using server = await startTestServer({ args: MEMORY })
    if (!(await isCounted(server))) return t.skip(NOBODY_COUNTS)
    using gates = await startGates()
    await create(server, 'idle')
    assert.equal((await invoke(server, 'idle')).payload, 1)
    assert.equal(processesNamed(server, 'idle').length, 1)
    await createFunction(server, {
      FunctionName: 'grows',
      MemorySize: 512,
      Timeout: 60,
      code: {
        'index.mjs': `export const handler = async ({ gate }) => {
          const kept = [Buffer.alloc(180 * 2 ** 20, 1)]
          await fetch(gate)
          // There is room for this only without the other.
          kept.push(Buffer.alloc(80 * 2 ** 20, 1))
          return kept.length
        }`,
      },
    })
    const growing = invoke(server, 'grows', { gate: gates.urlFor('grown') })
    await gates.reached('grown')
    await poll(() => processesNamed(server, 'idle').length === 0 || undefined)
    gates.open('grown')
    assert.equal((await growing).payload, 2)
    assert.equal((await invoke(server, 'idle')).payload, 1, 'it is a new one')
  })

  test('takes places back from a function that would keep them all', async (t) => {
    await using server = await startTestServer({ args: MEMORY })
    if (!(await isCounted(server))) return t.skip(NOBODY_COUNTS)
    for (const name of ['greedy', 'modest']) await create(server, name)
    let isModestAnswered = false
    const begun = Promise.withResolvers<void>()
    const callAgainAndAgain = async () => {
      while (!isModestAnswered) {
        assert.equal((await invoke(server, 'greedy', { sleepMs: 100 })).FunctionError, undefined)
        begun.resolve()
      }
    }
    const greedy = Promise.all(Array.from({ length: 8 }, callAgainAndAgain))
    await Promise.race([begun.promise, greedy])
    assert.equal((await invoke(server, 'modest')).payload, 1)
    isModestAnswered = true
    await greedy
  })

  test('lets others start beside one that needs more than anybody could leave to it', async (t) => {
    await using server = await startTestServer({ args: ['--memory-mb', '400'] })
    if (!(await isCounted(server))) return t.skip(NOBODY_COUNTS)
    using gates = await startGates()
    await create(server, 'large', 180)
    await create(server, 'late', 180)
    await create(server, 'small', 1)
    assert.equal((await invoke(server, 'small')).payload, 1)
    const held = ['large', 'small'].map((name) => invoke(server, name, { gate: gates.urlFor(name) }))
    for (const name of ['large', 'small']) await gates.reached(name)
    let isLateAnswered = false
    const late = invoke(server, 'late').finally(() => {
      isLateAnswered = true
    })
    assert.equal((await invoke(server, 'small')).payload, 1, 'a second environment')
    assert.equal(isLateAnswered, false)
    for (const name of ['large', 'small']) gates.open(name)
    await Promise.all(held)
    assert.equal((await late).payload, 1)
  })

  test('throttles in the words of AWS whoever finds no place for ten seconds', async (t) => {
    await using server = await startTestServer({ args: MEMORY })
    if (!(await isCounted(server))) return t.skip(NOBODY_COUNTS)
    using gates = await startGates()
    for (const name of ['holder', 'late']) await create(server, name)
    const held = ['one', 'two'].map((gate) => invoke(server, 'holder', { gate: gates.urlFor(gate) }))
    for (const gate of ['one', 'two']) await gates.reached(gate)
    const { status, text } = await sendSigned(server, {
      method: 'POST',
      path: '/2015-03-31/functions/late/invocations',
      body: '{}',
    })
    assert.equal(status, 429)
    assert.equal(text, '{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}')
    for (const gate of ['one', 'two']) gates.open(gate)
    assert.ok((await Promise.all(held)).every(({ FunctionError }) => FunctionError === undefined))
    assert.equal((await invoke(server, 'late')).payload, 1)
  })
})
