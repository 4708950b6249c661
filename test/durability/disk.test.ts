import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  AddPermissionCommand,
  CreateAliasCommand,
  GetFunctionCommand,
  type LambdaClient,
  ListLayersCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, invoke, lambdaClient } from '../support/clients.ts'
import { answering } from '../support/functions.ts'
import { poll } from '../support/poll.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { createSmallDisk, type SmallDisk } from '../support/small-disk.ts'
import { zipOf } from '../support/zip.ts'
import { CONNECTIONS, createEventSender } from './support/event-sender.ts'
import { startRunRecorder } from './support/run-recorder.ts'

// A disk without room, and one that fails: what cannot be kept is refused, and nothing else is lost.

const DISK_MB = 64
// Some fit where others do not.
const LARGEST_EVENT = 50_000
const MANY = 200

/** Events of all sizes for the function `report`, and who hears of their runs. */
async function startReporting() {
  const recorder = await startRunRecorder(() => 0)
  let count = 0
  const sender = createEventSender(() => {
    const id = `event-${count++}`
    const body = JSON.stringify({ port: recorder.port, id, filling: 'x'.repeat(randomInt(LARGEST_EVENT)) })
    return { id, functionName: 'report', body }
  })
  return {
    recorder,
    sender,
    hasRunAll: () => [...sender.acknowledged].every((id) => recorder.runs.has(id)) || undefined,
    [Symbol.dispose]: () => recorder[Symbol.dispose](),
  }
}

type Reporting = Awaited<ReturnType<typeof startReporting>>

/** Refused with a server's error, and not run behind the back of who sent it, except so many. */
function checkRefused({ sender, recorder }: Reporting, except = 0): void {
  for (const [id, status] of sender.refused) assert.ok(status >= 500, `${id} was refused with ${status}`)
  const run = [...sender.refused.keys()].filter((id) => recorder.runs.has(id))
  assert.ok(run.length <= except, `${run} were refused and run`)
}

const createReport = (server: TestServer) => createFunction(server, { FunctionName: 'report', code: 'report-node' })

test('on a full disk events are refused; with room again they are accepted, and each acknowledged one runs', async () => {
  using disk = createSmallDisk(DISK_MB)
  using reporting = await startReporting()
  const { sender, hasRunAll } = reporting
  await using server = await startTestServer({ dataDirectory: disk.path })
  await createReport(server)
  let isEnough = false
  const sending = sender.sendTo(server, 0, () => isEnough)
  await poll(() => sender.acknowledged.size > MANY || undefined)
  disk.fill()
  await poll(() => sender.refused.size > MANY || undefined)
  const before = sender.acknowledged.size
  disk.makeRoom()
  await poll(() => sender.acknowledged.size > before + MANY || undefined)
  isEnough = true
  await sending
  await poll(hasRunAll)
  checkRefused(reporting)
})

test('a server that is killed on a full disk starts on it, and runs what it had acknowledged', async () => {
  using disk = createSmallDisk(DISK_MB)
  using reporting = await startReporting()
  const { sender, hasRunAll } = reporting
  await using first = await startTestServer({ dataDirectory: disk.path })
  await createReport(first)
  const sending = sender.sendTo(first, 0)
  await poll(() => sender.acknowledged.size > MANY || undefined)
  disk.fill()
  await poll(() => sender.refused.size > 0 || undefined)
  await first.kill()
  await sending
  await using _second = await startTestServer({ dataDirectory: disk.path })
  await poll(hasRunAll)
  checkRefused(reporting)
})

test('on a disk that fails events are refused; what was acknowledged runs when it is repaired', async () => {
  using disk = createSmallDisk(DISK_MB)
  using reporting = await startReporting()
  const { sender, hasRunAll } = reporting
  await using first = await startTestServer({ dataDirectory: disk.path })
  await createReport(first)
  let isEnough = false
  const sending = sender.sendTo(first, 0, () => isEnough)
  await poll(() => sender.acknowledged.size > MANY || undefined)
  disk.breakDown()
  await poll(() => sender.refused.size > MANY || undefined)
  isEnough = true
  await sending
  assert.equal((await invoke(first, 'report', { port: reporting.recorder.port, id: 'now' })).StatusCode, 200)
  assert.equal(await first.stop(), 0, first.errors())
  disk.repair()
  await using second = await startTestServer({ dataDirectory: disk.path })
  // What failed together with the disk is tried again after a minute, and after two more.
  await poll(hasRunAll, 240_000)
  // What was written when the disk failed may be found on it, though nobody could know.
  checkRefused(reporting, CONNECTIONS)
  await second.stop()
})

const FunctionName = 'changed'
const ZipFile = zipOf(answering('new'))

const changes: Readonly<Record<string, (client: LambdaClient) => Promise<unknown>>> = {
  UpdateFunctionCode: (client) => client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile })),
  UpdateFunctionConfiguration: (client) =>
    client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description: 'new' })),
  PublishVersion: (client) => client.send(new PublishVersionCommand({ FunctionName })),
  CreateAlias: (client) =>
    client.send(new CreateAliasCommand({ FunctionName, Name: 'new', FunctionVersion: '$LATEST' })),
  AddPermission: (client) =>
    client.send(
      new AddPermissionCommand({
        FunctionName,
        StatementId: 'new',
        Action: 'lambda:InvokeFunction',
        Principal: 'sns.amazonaws.com',
      }),
    ),
  PutFunctionConcurrency: (client) =>
    client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 })),
  PublishLayerVersion: (client) =>
    client.send(new PublishLayerVersionCommand({ LayerName: 'new', Content: { ZipFile } })),
}

test('on a full disk every change is refused whole, and functions run; with room again each is made', async () => {
  using disk = createSmallDisk(DISK_MB)
  await using server = await startTestServer({ dataDirectory: disk.path })
  const client = lambdaClient(server)
  await createFunction(server, { FunctionName, code: answering('old') })
  const shown = async () => {
    const { $metadata: _, Code: __, ...found } = await client.send(new GetFunctionCommand({ FunctionName }))
    const { Layers } = await client.send(new ListLayersCommand({}))
    return { found, Layers }
  }
  const before = await shown()
  await fillForGood(disk)
  for (const [name, change] of Object.entries(changes)) {
    disk.fill()
    await assert.rejects(change(client), { name: 'ServiceException' }, name)
    assert.deepEqual(await shown(), before, name)
  }
  assert.equal((await invoke(server, FunctionName)).payload, 'old')
  disk.makeRoom()
  // The first changes go through InProgress, while which there is no other.
  for (const change of Object.values(changes)) await poll(() => change(client).catch(ifInProgress))
})

/** Also with what the server gives back, of environments that it was making ready when there was no more room. */
async function fillForGood(disk: SmallDisk): Promise<void> {
  for (let calm = 0; calm < 20; calm = disk.fill() ? 0 : calm + 1) await sleep(50)
}

function ifInProgress(error: unknown): undefined {
  if (!(error instanceof Error) || error.name !== 'ResourceConflictException') throw error
}

test('a server does not start on a disk that it cannot write to, and says why', async () => {
  using disk = createSmallDisk(DISK_MB)
  await using server = await startTestServer({ dataDirectory: disk.path })
  await server.stop()
  disk.breakDown()
  await assert.rejects(startTestServer({ dataDirectory: disk.path }), /^lambent: EROFS: read-only file system.*$/m)
})
