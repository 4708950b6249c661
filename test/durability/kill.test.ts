import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import {
  DeleteFunctionConcurrencyCommand,
  type DestinationConfig,
  InvokeCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient } from '../support/clients.ts'
import { clockAhead } from '../support/clock-ahead.ts'
import { dataDirectory } from '../support/directories.ts'
import { arnOf } from '../support/functions.ts'
import { startMoto } from '../support/moto.ts'
import { poll } from '../support/poll.ts'
import { processesWith } from '../support/processes.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { motoKeys, roleThatMay, targetsAt } from '../support/targets.ts'
import { createEventSender, type EventSender } from './support/event-sender.ts'
import { type RecordedEnds, recordedEnds } from './support/recorded-ends.ts'
import { type RunRecorder, startRunRecorder } from './support/run-recorder.ts'

// Servers that follow one another over one data directory, each killed at some moment of accepting, delivering, trying
// again, telling of ends or starting. Each finds the clock a minute further, so that a failed event is due again.

const KILLS = 50
const MINUTE_MS = 60_000
/** Not more events than this wait, so that the last servers need not work for minutes. */
const MOST_WAITING = 3000
/** What a server may have run without having noted it: what was running, and two batches of 256 on their way to the disk. */
const AROUND_A_KILL = 600
const LETTERS = 'letters'
/** An event takes three runs, one more where the last kill took away a run, and tells its end. */
const MOST_ROUNDS = 8
/** A minute after it has failed an event runs again, and each is to run once in the life of a server. */
const LONGEST_LIFE_MS = 45_000

interface Kind {
  readonly functionName: string
  /** Runs that are to fail before one succeeds. */
  readonly failures: number
  /** Runs that an event takes, when no server is killed. */
  readonly runs: number
  /** In so many of a hundred events. */
  readonly share: number
  /** What a destination is told of its end; a failure goes to a dead-letter queue as well. */
  readonly end?: 'Success' | 'RetriesExhausted'
}

const kinds: Readonly<Record<string, Kind>> = {
  plain: { functionName: 'plain', failures: 0, runs: 1, share: 80 },
  throttled: { functionName: 'throttled', failures: 0, runs: 1, share: 8, end: 'Success' },
  once: { functionName: 'failing', failures: 1, runs: 2, share: 4 },
  twice: { functionName: 'failing', failures: 2, runs: 3, share: 4 },
  always: {
    functionName: 'failing',
    failures: Number.POSITIVE_INFINITY,
    runs: 3,
    share: 4,
    end: 'RetriesExhausted',
  },
}
const draw = Object.entries(kinds).flatMap(([name, { share }]) => Array<string>(share).fill(name))

function kindOf(id: string): Kind {
  const kind = kinds[id.split('-')[0] ?? '']
  assert.ok(kind, id)
  return kind
}

/** When a server is killed. */
const moments = ['accept', 'delivery', 'retry', 'accept', 'delivery', 'retry', 'end', 'start'] as const

/** What outlives every server. */
interface Scene {
  readonly path: string
  readonly aws: string
  readonly recorder: RunRecorder
  /** Told by the function that hears of ends. */
  readonly endRecorder: RunRecorder
  readonly ends: RecordedEnds
  readonly sender: EventSender
}

test('every event that was acknowledged runs and ends once, although fifty servers in a row are killed', async (t) => {
  using directory = dataDirectory()
  using recorder = await startRunRecorder((id) => kindOf(id).failures)
  using endRecorder = await startRunRecorder(() => 0)
  await using moto = await startMoto()
  const targets = targetsAt(moto.url)
  const letters = await targets.createQueue(LETTERS)
  const ends = recordedEnds(endRecorder, targets, LETTERS)
  const sender = createSender(recorder)
  const scene: Scene = { path: directory.path, aws: moto.url, recorder, endRecorder, ends, sender }
  const marker = randomUUID()

  await using first = await startServer(scene, 0)
  await createFunctions(first, letters, { MARKER: marker, PORT: String(endRecorder.port) })
  await first.kill()

  for (let kill = 1; kill <= KILLS; kill++) {
    beginLife(scene)
    await liveUntilKilled(scene)
    await poll(() => processesWith(marker).length === 0 || undefined)
  }
  const waiting = unfinished(scene).length
  await finish(scene)
  t.diagnostic(`${sender.acknowledged.size} events acknowledged, ${waiting} of them waited after the last kill`)
  t.diagnostic(`${extraRuns(recorder)} runs more than without kills, ${endRecorder.runs.size} ends told`)

  assert.deepEqual([...sender.refused], [])
  const lost = unfinished(scene)
  assert.equal(lost.length, 0, `${lost.length} events were lost, such as ${lost.slice(0, 10)}`)
  for (const id of recorder.runs.keys()) checkRuns(id, recorder, kindOf(id).runs)
  for (const told of endRecorder.runs.keys()) checkRuns(told, endRecorder, 1)
  for (const id of recorder.runs.keys()) checkEnd(id, scene)
  await checkNothingIsLeft(scene)
})

const startServer = ({ path, aws }: Scene, aheadMs: number, killAfterMs?: number): Promise<TestServer> =>
  startTestServer({
    dataDirectory: path,
    args: ['--aws-endpoint', aws],
    environment: { ...motoKeys, ...clockAhead(aheadMs) },
    ...(killAfterMs !== undefined && { killAfterMs }),
  })

async function createFunctions(server: TestServer, letters: string, Variables: Record<string, string>): Promise<void> {
  const Role = await roleThatMay(server, 'teller', 'lambda:InvokeFunction', 'sqs:SendMessage')
  const create = (FunctionName: string, code: string, DeadLetterConfig = {}) =>
    createFunction(server, { FunctionName, code, Role, Environment: { Variables }, DeadLetterConfig })
  const tell = (FunctionName: string, DestinationConfig: DestinationConfig) =>
    lambdaClient(server).send(new PutFunctionEventInvokeConfigCommand({ FunctionName, DestinationConfig }))
  for (const name of ['plain', 'throttled']) await create(name, 'report-node')
  await create('failing', 'report-node', { TargetArn: letters })
  await create('ends', 'report-end-node')
  await tell('throttled', { OnSuccess: { Destination: arnOf('ends') } })
  await tell('failing', { OnFailure: { Destination: arnOf('ends') } })
  const reservation = { FunctionName: 'throttled', ReservedConcurrentExecutions: 1 }
  await lambdaClient(server).send(new PutFunctionConcurrencyCommand(reservation))
}

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

function beginLife({ recorder, endRecorder }: Scene): void {
  recorder.beginLife()
  endRecorder.beginLife()
}

async function liveUntilKilled(scene: Scene): Promise<void> {
  const { recorder, endRecorder, sender } = scene
  const moment = moments[randomInt(moments.length)]
  const aheadMs = recorder.life * MINUTE_MS
  if (moment === 'start') {
    // While it starts, or right after: how long a start takes nobody knows.
    const killed = await startServer(scene, aheadMs, randomInt(50, 1000)).catch(() => undefined)
    return killed?.kill()
  }
  const server = await startServer(scene, aheadMs)
  const [acknowledged, failures] = [sender.acknowledged.size, recorder.failures]
  const sending = sender.sendTo(server, aheadMs)
  const isReached = {
    accept: whenAbove(() => sender.acknowledged.size, acknowledged + randomInt(2000)),
    delivery: whenAbove(() => recorder.runsOfLife, randomInt(1000)),
    retry: whenAbove(() => recorder.failures, failures + randomInt(30)),
    end: whenAbove(() => endRecorder.runsOfLife, randomInt(40)),
  }[moment ?? 'accept']
  // On a slow machine it may take longer than a server may live.
  await poll(isReached, LONGEST_LIFE_MS).catch(() => undefined)
  await server.kill()
  await sending
}

const whenAbove = (count: () => number, number: number) => () => count() > number || undefined

/** Servers that nobody kills, one after the other: each runs what is still to run once. */
async function finish(scene: Scene): Promise<void> {
  const { recorder } = scene
  const hasRun = (id: string) => recorder.runs.get(id)?.at(-1)?.life === recorder.life
  for (let round = 1; unfinished(scene).length > 0 && round <= MOST_ROUNDS; round++) {
    beginLife(scene)
    // What was throttled waits for up to five minutes.
    const aheadMs = (KILLS + 10 * round) * MINUTE_MS
    await using server = await startServer(scene, aheadMs)
    await ask(server, aheadMs, new DeleteFunctionConcurrencyCommand({ FunctionName: 'throttled' }))
    const rest = unfinished(scene)
    const isDone = (id: string) => hasRun(id) || isFinished(id, scene)
    await poll(() => rest.every(isDone) || undefined, LONGEST_LIFE_MS).catch(() => undefined)
  }
}

/** Signed by the server's clock. */
async function ask(server: TestServer, aheadMs: number, command: DeleteFunctionConcurrencyCommand | InvokeCommand) {
  const client = lambdaClient(server)
  client.config.systemClockOffset = aheadMs
  await client.send(command as InvokeCommand)
  client.destroy()
}

function isFinished(id: string, { recorder, ends }: Scene): boolean {
  const { runs, end } = kindOf(id)
  return (recorder.runs.get(id)?.length ?? 0) >= runs && (end === undefined || ends.of(id).length > 0)
}

/** Acknowledged events that have not run as often as they must, or of whose end nobody has heard who must. */
const unfinished = (scene: Scene): readonly string[] =>
  [...scene.sender.acknowledged].filter((id) => !isFinished(id, scene))

/** An event runs once more only when the server was killed right after it ran. */
function checkRuns(id: string, recorder: RunRecorder, expected: number): void {
  const runs = recorder.runs.get(id) ?? []
  const lives = runs.map(({ life }) => life)
  assert.equal(new Set(lives).size, lives.length, `${id} runs once in the life of a server: ${lives}`)
  const noted = runs.filter(({ life, position }) => recorder.lengthOf(life) - position > AROUND_A_KILL)
  const last = noted[expected - 1]
  assert.ok(last === undefined || last === runs.at(-1), `${id} runs again although it had ended: ${lives}`)
}

/** However often an event ran, it ends once: one invocation hears of it, under one id. */
function checkEnd(id: string, { ends, sender }: Scene): void {
  const { end } = kindOf(id)
  const expected = end === undefined ? [] : [end]
  const told = ends.of(id)
  // Of what was never acknowledged nothing is promised.
  if (told.length > 0 || sender.acknowledged.has(id)) assert.deepEqual(told, expected, id)
}

/** Events are taken in the order of their due times: when a new one has run, none that waited is left. */
async function checkNothingIsLeft(scene: Scene): Promise<void> {
  const { recorder, endRecorder, sender, ends } = scene
  beginLife(scene)
  const aheadMs = (KILLS + 100) * MINUTE_MS
  await using server = await startServer(scene, aheadMs)
  const dead = [...sender.acknowledged].filter((id) => kindOf(id).end === 'RetriesExhausted')
  const letters = await poll(async () => {
    const found = new Set(await ends.letters())
    return dead.every((id) => found.has(id)) ? found : undefined
  })
  for (const id of letters) assert.equal(kindOf(id).end, 'RetriesExhausted', id)
  const id = 'plain-last'
  const Payload = JSON.stringify({ id, port: recorder.port })
  await ask(server, aheadMs, new InvokeCommand({ FunctionName: 'plain', InvocationType: 'Event', Payload }))
  await poll(() => recorder.runs.get(id))
  await server.stop()
  assert.deepEqual([recorder.runsOfLife, endRecorder.runsOfLife], [1, 0])
}

const extraRuns = (recorder: RunRecorder): number =>
  [...recorder.runs].reduce((sum, [id, runs]) => sum + Math.max(0, runs.length - kindOf(id).runs), 0)
