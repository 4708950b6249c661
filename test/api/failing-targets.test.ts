import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import {
  InvokeCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient, untilUpdated } from '../support/clients.ts'
import { answering } from '../support/functions.ts'
import { type Moto, startMoto } from '../support/moto.ts'
import { poll } from '../support/poll.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { allowRole, motoKeys, roleThatMay, type Targets, targetsAt } from '../support/targets.ts'

// Targets that fail: nothing is lost, and nobody else waits.

let moto: Moto
let targets: Targets
before(async () => {
  moto = await startMoto()
  targets = targetsAt(moto.url)
})
after(() => moto[Symbol.asyncDispose]())

/** Something in the place of SQS that does as it is told; it counts how often it was asked. */
async function standIn(answer: RequestListener) {
  const server = createServer((request, response) => {
    standing.asked++
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const standing = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: 0,
    [Symbol.dispose]: () => {
      server.closeAllConnections()
      server.close()
    },
  }
  return standing
}

/** A server whose SQS is elsewhere than the rest. */
const startApart = (sqs: string, dataDirectory?: string) =>
  startTestServer({
    args: ['--aws-endpoint', moto.url, '--sqs-endpoint', sqs],
    environment: motoKeys,
    ...(dataDirectory !== undefined && { dataDirectory }),
  })

/** A function whose successes are told to the target. */
async function createTelling(server: TestServer, FunctionName: string, Destination: string): Promise<void> {
  const Role = await roleThatMay(server, 'sender', 'sqs:SendMessage', 'sns:Publish')
  await createFunction(server, { FunctionName, code: answering(FunctionName), Role })
  const DestinationConfig = { OnSuccess: { Destination } }
  await lambdaClient(server).send(new PutFunctionEventInvokeConfigCommand({ FunctionName, DestinationConfig }))
}

const send = (server: TestServer, FunctionName: string, payload: unknown = {}) =>
  lambdaClient(server).send(
    new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(payload) }),
  )

const failures: Readonly<Record<string, RequestListener>> = {
  hangs: () => {},
  fails: (_request, response) => {
    response.statusCode = 500
    response.end()
  },
  breaks: ({ socket }) => socket.destroy(),
  babbles: (_request, response) => response.end('<html>'),
}

test('queues that hang, fail, break connections or answer nonsense hold up no topic, and no end of the server', async () => {
  const asked = new Set<string>()
  // The body names the queue.
  using queues = await standIn(async (request, response) => {
    const body = await text(request)
    const how = Object.keys(failures).find((name) => body.includes(`/${name}"`)) ?? ''
    asked.add(how)
    failures[how]?.(request, response)
  })
  await using server = await startApart(queues.url)
  await createTelling(server, 'to-topic', await targets.createTopic('beside'))
  for (const how of Object.keys(failures)) {
    await createTelling(server, how, targets.queueArn(how))
    for (let i = 0; i < 20; i++) await send(server, how)
  }
  await poll(() => asked.size === 4 || undefined)
  await send(server, 'to-topic')
  assert.match((await targets.receive('beside')).Body ?? '', /to-topic/)
  assert.equal(await server.stop(), 0)
})

test('what a target did not take before the server was killed, it gets from the next one', async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'lambent-outbox-'))
  try {
    {
      using queues = await standIn(({ socket }) => socket.destroy())
      const server = await startApart(queues.url, dataDirectory)
      await createTelling(server, 'f', await targets.createQueue('later'))
      await send(server, 'f', { n: 1 })
      await poll(() => queues.asked || undefined)
      await server.kill()
    }
    await using server = await startApart(moto.url, dataDirectory)
    assert.ok(server)
    const { Body = '' } = await targets.receive('later')
    assert.deepEqual(JSON.parse(Body).requestPayload, { n: 1 })
  } finally {
    rmSync(dataDirectory, { recursive: true, force: true })
  }
})

test('a queue that does not exist yet gets its messages when it does', async () => {
  await using server = await startApart(moto.url)
  await createTelling(server, 'f', targets.queueArn('future'))
  await send(server, 'f')
  await poll(() => server.errors().includes('a target does not take') || undefined)
  await targets.createQueue('future')
  assert.match((await targets.receive('future')).Body ?? '', /"Success"/)
})

test('nothing is sent for a role that has lost the right, until it has it again', async () => {
  await using server = await startApart(moto.url)
  await createTelling(server, 'f', await targets.createQueue('lost'))
  await allowRole(server, 'sender')
  await send(server, 'f')
  await poll(() => server.errors().includes('may not sqs:SendMessage') || undefined)
  await allowRole(server, 'sender', 'sqs:SendMessage')
  assert.match((await targets.receive('lost')).Body ?? '', /"Success"/)
})

test('an event of the largest size goes to a dead-letter queue whole; its record is too large for a queue', async () => {
  await using server = await startApart(moto.url)
  const Role = await roleThatMay(server, 'sender', 'sqs:SendMessage')
  const code = { 'index.mjs': 'export const handler = async () => { throw new Error("no") }' }
  await createFunction(server, { FunctionName: 'f', code, Role })
  // With the attributes it must still fit into a message of 1 MiB.
  const payload = 'x'.repeat(1_048_000)
  const OnFailure = { Destination: await targets.createQueue('too-small') }
  const config = { FunctionName: 'f', MaximumRetryAttempts: 0, DestinationConfig: { OnFailure } }
  await lambdaClient(server).send(new PutFunctionEventInvokeConfigCommand(config))
  await send(server, 'f', 'x'.repeat(1_048_574))
  await poll(() => server.errors().includes('a target did not take what is for it') || undefined)
  const DeadLetterConfig = { TargetArn: await targets.createQueue('large-letters') }
  await lambdaClient(server).send(new UpdateFunctionConfigurationCommand({ FunctionName: 'f', DeadLetterConfig }))
  await untilUpdated(server, 'f')
  await send(server, 'f', payload)
  assert.equal((await targets.receive('large-letters')).Body, JSON.stringify(payload))
})
