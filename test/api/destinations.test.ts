import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  InvokeCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  type PutFunctionEventInvokeConfigCommandInput,
} from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient } from '../support/clients.ts'
import { arnOf } from '../support/functions.ts'
import { type Moto, startMoto } from '../support/moto.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { motoKeys, roleThatMay, type Targets, targetsAt } from '../support/targets.ts'

// What becomes of events, as those see it who are told: the forms and the order of members are AWS's.

const RIGHTS = [
  'sqs:SendMessage',
  'sns:Publish',
  'events:PutEvents',
  's3:PutObject',
  's3:ListBucket',
  'lambda:InvokeFunction',
]

/** Fails when the event says so. */
const ACTS = {
  'index.mjs': `export const handler = async (event) => {
    if (event.fail) throw new Error(event.fail)
    return { got: event }
  }`,
}

let moto: Moto
let targets: Targets
let server: TestServer
let Role: string
before(async () => {
  moto = await startMoto()
  targets = targetsAt(moto.url)
  server = await startTestServer({ args: ['--aws-endpoint', moto.url], environment: motoKeys })
  Role = await roleThatMay(server, 'sender', ...RIGHTS)
})
after(async () => {
  await server[Symbol.asyncDispose]()
  await moto[Symbol.asyncDispose]()
})

type Config = Partial<PutFunctionEventInvokeConfigCommandInput>

async function createActing(FunctionName: string, config?: Config, DeadLetterArn?: string): Promise<void> {
  const deadLetters = DeadLetterArn === undefined ? {} : { DeadLetterConfig: { TargetArn: DeadLetterArn } }
  await createFunction(server, { FunctionName, code: ACTS, Role, ...deadLetters })
  const input = { FunctionName, MaximumRetryAttempts: 0, ...config }
  await lambdaClient(server).send(new PutFunctionEventInvokeConfigCommand(input))
}

/** The request id of the event. */
async function send(FunctionName: string, Payload: string): Promise<string> {
  const { $metadata } = await lambdaClient(server).send(
    new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }),
  )
  return $metadata.requestId ?? ''
}

const onSuccess = (Destination: string): Config => ({ DestinationConfig: { OnSuccess: { Destination } } })
const onFailure = (Destination: string): Config => ({ DestinationConfig: { OnFailure: { Destination } } })

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** The record, its time and the function's stack trace apart; the order of its members is part of what is compared. */
function readRecord(text: string) {
  const { timestamp, ...record } = JSON.parse(text)
  assert.match(timestamp, ISO)
  if (record.responsePayload?.trace) record.responsePayload.trace = 'a trace'
  return record
}

const success = (requestId: string, name: string, event: unknown) => ({
  version: '1.0',
  requestContext: { requestId, functionArn: arnOf(`${name}:$LATEST`), condition: 'Success', approximateInvokeCount: 1 },
  requestPayload: event,
  responseContext: { statusCode: 200, executedVersion: '$LATEST' },
  responsePayload: { got: event },
})

const failure = (requestId: string, name: string, event: { readonly fail: string }) => ({
  version: '1.0',
  requestContext: {
    requestId,
    functionArn: arnOf(`${name}:$LATEST`),
    condition: 'RetriesExhausted',
    approximateInvokeCount: 1,
  },
  requestPayload: event,
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  responsePayload: { errorType: 'Error', errorMessage: event.fail, trace: 'a trace' },
})

test('a queue gets the record of a success, with the trace header', async () => {
  await createActing('to-queue', onSuccess(await targets.createQueue('successes')))
  const requestId = await send('to-queue', '{ "n" : 1.0, "text": "\\u00e9" }')
  const { Body = '', Attributes } = await targets.receive('successes')
  const expected = success(requestId, 'to-queue', { n: 1, text: 'é' })
  assert.deepEqual(readRecord(Body), expected)
  assert.equal(
    Body.replace(/"timestamp":"[^"]*",/, ''),
    // Payloads are as they came.
    JSON.stringify(expected).replace(
      '{"n":1,"text":"é"},"responseContext"',
      '{ "n" : 1.0, "text": "\\u00e9" },"responseContext"',
    ),
  )
  assert.ok(Body.indexOf('"version"') < Body.indexOf('"timestamp"'))
  assert.ok(Body.indexOf('"timestamp"') < Body.indexOf('"requestContext"'))
  assert.match(Attributes?.AWSTraceHeader ?? '', /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0/)
})

test('a queue gets the record of a failure', async () => {
  await createActing('fails-to-queue', onFailure(await targets.createQueue('failures')))
  const event = { fail: 'on purpose' }
  const requestId = await send('fails-to-queue', JSON.stringify(event))
  const { Body = '' } = await targets.receive('failures')
  assert.deepEqual(readRecord(Body), failure(requestId, 'fails-to-queue', event))
  assert.deepEqual(Object.keys(JSON.parse(Body)), [
    'version',
    'timestamp',
    'requestContext',
    'requestPayload',
    'responseContext',
    'responsePayload',
  ])
})

test('a topic gets the record as its message', async () => {
  await createActing('to-topic', onSuccess(await targets.createTopic('told')))
  const requestId = await send('to-topic', '{"n":2}')
  const { Body = '' } = await targets.receive('told')
  assert.deepEqual(readRecord(JSON.parse(Body).Message), success(requestId, 'to-topic', { n: 2 }))
})

for (const [result, config, event] of [
  ['Success', onSuccess, { n: 3 }],
  ['Failure', onFailure, { fail: 'on purpose' }],
] as const)
  test(`a bus gets an event about a ${result}`, async () => {
    const bus = await targets.createBus(`bus-${result}`)
    const name = `to-bus-${result}`
    await createActing(name, config(bus))
    const requestId = await send(name, JSON.stringify(event))
    const { Body = '' } = await targets.receive(`bus-${result}`)
    const { source, resources, detail, ...rest } = JSON.parse(Body)
    assert.deepEqual(
      [source, rest['detail-type'], resources],
      ['lambda', `Lambda Function Invocation Result - ${result}`, [bus, arnOf(`${name}:$LATEST`)]],
    )
    const expected = 'fail' in event ? failure(requestId, name, event) : success(requestId, name, event)
    assert.deepEqual(readRecord(JSON.stringify(detail)), expected)
  })

test('a bucket gets the record of a failure, under a key that tells function and time', async () => {
  await createActing('to-bucket', onFailure(await targets.createBucket('records')))
  const event = { fail: 'on purpose' }
  const requestId = await send('to-bucket', JSON.stringify(event))
  const { key, text } = await targets.firstObject('records')
  assert.deepEqual(readRecord(text), failure(requestId, 'to-bucket', event))
  const [, day, time] =
    /^aws\/lambda\/async\/to-bucket\/(\d{4}\/\d\d\/\d\d)\/(\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d)-[0-9a-f-]{36}$/.exec(
      key,
    ) ?? []
  const { timestamp } = JSON.parse(text)
  assert.equal(day, timestamp.slice(0, 10).replaceAll('-', '/'))
  assert.equal(time, timestamp.slice(0, 19).replaceAll(':', '.'))
})

test('a function gets the record as an event', async () => {
  await createActing('second', onSuccess(await targets.createQueue('second-done')))
  await createActing('first', onSuccess(arnOf('second')))
  const requestId = await send('first', '{"n":4}')
  const { Body = '' } = await targets.receive('second-done')
  const { requestContext, requestPayload } = readRecord(Body)
  assert.deepEqual(readRecord(JSON.stringify(requestPayload)), success(requestId, 'first', { n: 4 }))
  assert.equal(requestContext.functionArn, arnOf('second:$LATEST'))
  // It is an invocation of its own.
  assert.notEqual(requestContext.requestId, requestId)
})

test('a dead-letter queue gets the event as it came, and why in attributes', async () => {
  await createActing('to-dead-letters', {}, await targets.createQueue('dead-letters'))
  const payload = '{ "fail" : "on purpose" }'
  const requestId = await send('to-dead-letters', payload)
  const { Body, MessageAttributes = {} } = await targets.receive('dead-letters')
  assert.equal(Body, payload)
  assert.deepEqual(
    Object.entries(MessageAttributes)
      .map(([name, { DataType, StringValue }]) => [name, DataType, StringValue])
      .sort(),
    [
      ['ErrorCode', 'Number', '200'],
      ['ErrorMessage', 'String', 'on purpose'],
      ['RequestID', 'String', requestId],
    ],
  )
})

test('a topic for dead letters gets the same', async () => {
  await createActing('to-dead-topic', {}, await targets.createTopic('dead-topic'))
  const message = 'x'.repeat(1023) + 'é'.repeat(10)
  const payload = JSON.stringify({ fail: message })
  const requestId = await send('to-dead-topic', payload)
  const { Message, MessageAttributes } = JSON.parse((await targets.receive('dead-topic')).Body ?? '')
  assert.equal(Message, payload)
  assert.deepEqual(MessageAttributes, {
    RequestID: { Type: 'String', Value: requestId },
    ErrorCode: { Type: 'Number', Value: '200' },
    // The first 1,024 bytes, in whole characters.
    ErrorMessage: { Type: 'String', Value: 'x'.repeat(1023) },
  })
})

test('a failure goes to both, dead-letter queue and destination', async () => {
  const [letters, records] = [await targets.createQueue('both-letters'), await targets.createQueue('both-records')]
  await createActing('both', onFailure(records), letters)
  const event = { fail: 'on purpose' }
  const requestId = await send('both', JSON.stringify(event))
  assert.deepEqual(readRecord((await targets.receive('both-records')).Body ?? ''), failure(requestId, 'both', event))
  assert.equal((await targets.receive('both-letters')).Body, JSON.stringify(event))
})

test('with nothing reserved the record tells that the function never ran', async () => {
  await createActing('blocked', onFailure(await targets.createQueue('blocked')))
  await lambdaClient(server).send(
    new PutFunctionConcurrencyCommand({ FunctionName: 'blocked', ReservedConcurrentExecutions: 0 }),
  )
  const requestId = await send('blocked', '{"n":5}')
  const { Body = '' } = await targets.receive('blocked')
  assert.deepEqual(readRecord(Body), {
    version: '1.0',
    requestContext: {
      requestId,
      functionArn: arnOf('blocked:$LATEST'),
      condition: 'ZeroReservedConcurrency',
      approximateInvokeCount: 0,
    },
    requestPayload: { n: 5 },
  })
})

test('an event too old for its next attempt is told as such, with the attempts made', async () => {
  await createActing('ages', {
    ...onFailure(await targets.createQueue('ages')),
    MaximumRetryAttempts: 2,
    MaximumEventAgeInSeconds: 60,
  })
  const event = { fail: 'on purpose' }
  const requestId = await send('ages', JSON.stringify(event))
  const expected = failure(requestId, 'ages', event)
  assert.deepEqual(readRecord((await targets.receive('ages')).Body ?? ''), {
    ...expected,
    requestContext: { ...expected.requestContext, condition: 'EventAgeExceeded' },
  })
})
