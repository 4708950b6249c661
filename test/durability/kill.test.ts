import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { DeleteFunctionConcurrencyCommand, InvokeCommand, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient } from '../support/clients.ts'
import { clockAhead } from '../support/clock-ahead.ts'
import { dataDirectory } from '../support/directories.ts'
import { poll } from '../support/poll.ts'
import { processesWith } from '../support/processes.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { createEventSender, type EventSender } from './support/event-sender.ts'
import { type RunRecorder, startRunRecorder } from './support/run-recorder.ts'

// Servers that follow one another over one data directory, each killed at some moment of accepting, delivering, trying
// again or starting. Each finds the clock a minute further, so that a failed event is due again.

const KILLS = 50
const MINUTE_MS = 60_000
/** Not more events than this wait, so that the last servers need not work for minutes. */
const MOST_WAITING = 6000
/** What a server may have run without having noted it: what was running, and two batches of 256 on their way to the disk. */
const AROUND_A_KILL = 600

interface Kind {
  readonly functionName: string
  /** Runs that are to fail before one succeeds. */
  readonly failures: number
  /** Runs that an event takes, when no server is killed. */
  readonly runs: number
  /** In so many of a hundred events. */
  readonly share: number
}

const kinds: Readonly<Record<string, Kind>> = {
  plain: { functionName: 'plain', failures: 0, runs: 1, share: 80 },
  throttled: { functionName: 'throttled', failures: 0, runs: 1, share: 8 },
  once: { functionName: 'failing', failures: 1, runs: 2, share: 4 },
  twice: { functionName: 'failing', failures: 2, runs: 3, share: 4 },
  always: { functionName: 'failing', failures: Number.POSITIVE_INFINITY, runs: 3, share: 4 },
}
const draw = Object.entries(kinds).flatMap(([name, { share }]) => Array<string>(share).fill(name))

function kindOf(id: string): Kind {
  const kind = kinds[id.split('-')[0] ?? '']
  assert.ok(kind, id)
  return kind
}

/** When a server is killed. */
const moments = ['accept', 'delivery', 'retry', 'accept', 'delivery', 'retry', 'start'] as const

test('every event that was acknowledged runs, although fifty servers in a row are killed', async (t) => {
  using directory = dataDirectory()
  using recorder = await startRunRecorder((id) => kindOf(id).failures)
  const sender = createSender(recorder)
  const marker = randomUUID()

  await using first = await startTestServer({ dataDirectory: directory.path })
  for (const FunctionName of new Set(Object.values(kinds).map(({ functionName }) => functionName)))
    await createFunction(first, { FunctionName, code: 'report-node', Environment: { Variables: { MARKER: marker } } })
  const reservation = { FunctionName: 'throttled', ReservedConcurrentExecutions: 1 }
  await lambdaClient(first).send(new PutFunctionConcurrencyCommand(reservation))
  await first.kill()

  for (let kill = 1; kill <= KILLS; kill++) {
    recorder.beginLife()
    await liveUntilKilled(directory.path, recorder, sender)
    await poll(() => processesWith(marker).length === 0 || undefined)
  }
  const waiting = unfinished(recorder, sender).length
  await finish(directory.path, recorder, sender)
  t.diagnostic(`${sender.acknowledged.size} events acknowledged, ${waiting} of them waited after the last kill`)
  t.diagnostic(`${extraRuns(recorder)} runs more than without kills`)

  assert.deepEqual([...sender.refused], [])
  const lost = unfinished(recorder, sender)
  assert.equal(lost.length, 0, `${lost.length} events were lost, such as ${lost.slice(0, 10)}`)
  for (const id of recorder.runs.keys()) checkRuns(id, recorder)
  await checkNothingIsLeft(directory.path, recorder)
})

function createSender(recorder: RunRecorder): EventSender {
  let count = 0
  const sender = createEventSender(() => {
    if (sender.acknowledged.size - recorder.runs.size > MOST_WAITING) return undefined
    const id = `${draw[count % draw.length]}-${count++}`
    const body = JSON.stringify({ port: recorder.port, id, filling: 'x'.repeat(randomInt(2000)) })
    return { id, functionName: kindOf(id).functionName, body }
  })
  return sender
}

async function liveUntilKilled(path: string, recorder: RunRecorder, sender: EventSender): Promise<void> {
  const moment = moments[randomInt(moments.length)]
  const aheadMs = recorder.life * MINUTE_MS
  const setup = { dataDirectory: path, environment: clockAhead(aheadMs) }
  if (moment === 'start') {
    // While it starts, or right after: how long a start takes nobody knows.
    const killed = await startTestServer({ ...setup, killAfterMs: randomInt(50, 1000) }).catch(() => undefined)
    return killed?.kill()
  }
  const server = await startTestServer(setup)
  const [acknowledged, failures] = [sender.acknowledged.size, recorder.failures]
  const sending = sender.sendTo(server, aheadMs)
  const isReached = {
    accept: whenAbove(() => sender.acknowledged.size, acknowledged + randomInt(2000)),
    delivery: whenAbove(() => recorder.runsOfLife, randomInt(1000)),
    retry: whenAbove(() => recorder.failures, failures + randomInt(30)),
  }[moment ?? 'accept']
  await poll(isReached)
  await server.kill()
  await sending
}

const whenAbove = (count: () => number, number: number) => () => count() > number || undefined

/** Servers that nobody kills, one after the other: each runs what is still to run once. Ends when one does not. */
async function finish(path: string, recorder: RunRecorder, sender: EventSender): Promise<void> {
  for (let round = 1; unfinished(recorder, sender).length > 0 && round <= 4; round++) {
    recorder.beginLife()
    // What was throttled waits for up to five minutes.
    const aheadMs = (KILLS + 10 * round) * MINUTE_MS
    await using server = await startTestServer({ dataDirectory: path, environment: clockAhead(aheadMs) })
    await ask(server, aheadMs, new DeleteFunctionConcurrencyCommand({ FunctionName: 'throttled' }))
    const rest = unfinished(recorder, sender)
    const ran = poll(() => rest.every((id) => recorder.runs.get(id)?.at(-1)?.life === recorder.life) || undefined)
    if (!(await ran.catch(() => false))) return
  }
}

/** Signed by the server's clock. */
async function ask(server: TestServer, aheadMs: number, command: DeleteFunctionConcurrencyCommand | InvokeCommand) {
  const client = lambdaClient(server)
  client.config.systemClockOffset = aheadMs
  await client.send(command as InvokeCommand)
  client.destroy()
}

/** Acknowledged events that have not run as often as they must. */
const unfinished = (recorder: RunRecorder, { acknowledged }: EventSender): readonly string[] =>
  [...acknowledged].filter((id) => (recorder.runs.get(id)?.length ?? 0) < kindOf(id).runs)

/** An event runs once more only when the server was killed right after it ran. */
function checkRuns(id: string, recorder: RunRecorder): void {
  const runs = recorder.runs.get(id) ?? []
  const lives = runs.map(({ life }) => life)
  assert.equal(new Set(lives).size, lives.length, `${id} runs once in the life of a server: ${lives}`)
  const noted = runs.filter(({ life, position }) => recorder.lengthOf(life) - position > AROUND_A_KILL)
  const last = noted[kindOf(id).runs - 1]
  assert.ok(last === undefined || last === runs.at(-1), `${id} runs again although it had ended: ${lives}`)
}

/** Events are taken in the order of their due times: when a new one has run, none that waited is left. */
async function checkNothingIsLeft(path: string, recorder: RunRecorder): Promise<void> {
  recorder.beginLife()
  const aheadMs = (KILLS + 100) * MINUTE_MS
  await using server = await startTestServer({ dataDirectory: path, environment: clockAhead(aheadMs) })
  const id = 'plain-last'
  const Payload = JSON.stringify({ id, port: recorder.port })
  await ask(server, aheadMs, new InvokeCommand({ FunctionName: 'plain', InvocationType: 'Event', Payload }))
  await poll(() => recorder.runs.get(id))
  await server.stop()
  assert.equal(recorder.runsOfLife, 1)
}

const extraRuns = (recorder: RunRecorder): number =>
  [...recorder.runs].reduce((sum, [id, runs]) => sum + Math.max(0, runs.length - kindOf(id).runs), 0)
