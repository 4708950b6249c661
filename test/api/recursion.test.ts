import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  type RecursiveLoop,
} from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient } from '../support/clients.ts'
import { answering, arnOf } from '../support/functions.ts'
import { type Moto, startMoto } from '../support/moto.ts'
import { poll } from '../support/poll.ts'
import { sendSigned } from '../support/raw.ts'
import { type Recorder, startRecorder } from '../support/recorder.ts'
import { refusalIn } from '../support/refusal.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { motoKeys, roleThatMay, type Targets, targetsAt } from '../support/targets.ts'

// Functions that invoke themselves without end, directly or through others, are stopped after sixteen times.

let moto: Moto
let targets: Targets
let server: TestServer
let recorder: Recorder
let Role: string
before(async () => {
  moto = await startMoto()
  targets = targetsAt(moto.url)
  recorder = await startRecorder()
  server = await startTestServer({ args: ['--aws-endpoint', moto.url], environment: motoKeys })
  Role = await roleThatMay(server, 'recursive', 'lambda:InvokeFunction', 'sqs:SendMessage')
})
after(async () => {
  await server[Symbol.asyncDispose]()
  await moto[Symbol.asyncDispose]()
  recorder[Symbol.dispose]()
})

/** Invokes itself with its own keys, signed by hand, and passes its trace on as AWS's SDKs do. */
const CALLS_ITSELF = `
import { createHash, createHmac } from 'node:crypto'
const hmac = (key, text) => createHmac('sha256', key).update(text).digest()
const hash = (text) => createHash('sha256').update(text).digest('hex')

async function invoke(endpoint, name, payload) {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token, AWS_REGION: region } = process.env
  const path = '/2015-03-31/functions/' + name + '/invocations'
  const time = new Date().toISOString().replace(/[-:]|[.]\\d+/g, '')
  const scope = [time.slice(0, 8), region, 'lambda', 'aws4_request']
  const headers = {
    host: new URL(endpoint).host,
    'x-amz-date': time,
    'x-amz-invocation-type': 'Event',
    'x-amz-security-token': token,
    'x-amzn-trace-id': process.env._X_AMZN_TRACE_ID,
  }
  const names = Object.keys(headers).join(';')
  const lines = Object.entries(headers).map(([key, value]) => key + ':' + value + '\\n').join('')
  const request = ['POST', path, '', lines, names, hash(payload)].join('\\n')
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), hash(request)].join('\\n')
  const signature = hmac(scope.reduce(hmac, 'AWS4' + secret), text).toString('hex')
  const authorization = 'AWS4-HMAC-SHA256 Credential=' + id + '/' + scope.join('/') + ', SignedHeaders=' + names + ', Signature=' + signature
  const answer = await fetch(endpoint + path, { method: 'POST', body: payload, headers: { ...headers, authorization } })
  if (answer.status !== 202) throw new Error(await answer.text())
}

export const handler = async (event, { functionName }) => {
  if (event.left === 0) return 'done'
  await fetch(event.url + '-' + event.left)
  await invoke(event.endpoint, functionName, JSON.stringify({ ...event, left: event.left - 1 }))
}`

const timesTold = (name: string) => [...recorder.told.keys()].filter((told) => told.startsWith(`${name}-`)).length

async function createCalling(FunctionName: string, RecursiveLoop?: RecursiveLoop): Promise<void> {
  await createFunction(server, { FunctionName, code: { 'index.mjs': CALLS_ITSELF }, Role })
  const OnFailure = { Destination: await targets.createQueue(FunctionName) }
  const config = { FunctionName, DestinationConfig: { OnFailure } }
  await lambdaClient(server).send(new PutFunctionEventInvokeConfigCommand(config))
  if (RecursiveLoop)
    await lambdaClient(server).send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop }))
}

async function send(FunctionName: string, event: object, headers: Readonly<Record<string, string>> = {}) {
  const path = `/2015-03-31/functions/${FunctionName}/invocations`
  return await sendSigned(server, { method: 'POST', path, headers, body: JSON.stringify(event) })
}
const asEvent = { 'x-amz-invocation-type': 'Event' }

test('a function that invokes itself runs sixteen times; what comes then is a failure without attempts', async () => {
  await createCalling('endless')
  await send('endless', { endpoint: server.url, url: recorder.urlFor('endless'), left: 100 }, asEvent)
  const { requestContext, requestPayload, responseContext } = JSON.parse((await targets.receive('endless')).Body ?? '')
  assert.deepEqual(
    [requestContext.condition, requestContext.approximateInvokeCount, responseContext, requestPayload.left],
    ['RecursiveInvocation', 0, undefined, 84],
  )
  assert.equal(timesTold('endless'), 16)
})

test('a function that may invokes itself as often as it likes', async () => {
  await createCalling('allowed', 'Allow')
  await send('allowed', { endpoint: server.url, url: recorder.urlFor('allowed'), left: 30 }, asEvent)
  await poll(() => timesTold('allowed') === 30 || undefined)
})

test('functions that are each other’s destinations are stopped', async () => {
  for (const name of ['ping', 'pong']) await createFunction(server, { FunctionName: name, code: answering(name), Role })
  const OnFailure = { Destination: await targets.createQueue('stopped') }
  for (const [FunctionName, other] of [
    ['ping', 'pong'],
    ['pong', 'ping'],
  ] as const) {
    const DestinationConfig = { OnSuccess: { Destination: arnOf(other) }, OnFailure }
    await lambdaClient(server).send(new PutFunctionEventInvokeConfigCommand({ FunctionName, DestinationConfig }))
  }
  await send('ping', {}, asEvent)
  const { requestContext, requestPayload } = JSON.parse((await targets.receive('stopped')).Body ?? '')
  assert.equal(requestContext.condition, 'RecursiveInvocation')
  // The records lie in each other.
  let depth = 0
  for (let record = requestPayload; record.requestContext; record = record.requestPayload) depth++
  // One of the two has run sixteen times, the other perhaps once more.
  assert.ok(depth >= 31 && depth <= 33, `${depth} records`)
})

test('a caller who waits is told of the loop, unless the function may', async () => {
  await createFunction(server, { FunctionName: 'looped', code: answering('looped'), Role })
  const first = await send('looped', {})
  assert.equal(first.status, 200)
  const header = String(first.headers['x-amzn-trace-id'])
  assert.match(header, /;Lineage=1:[0-9a-f]{8}:0$/)
  const sixteenth = header.replace(/:0$/, ':15')
  assert.deepEqual(refusalIn(await send('looped', {}, { 'x-amzn-trace-id': sixteenth })), {
    code: 'RecursiveInvocationException',
    status: 400,
    message:
      "Lambda has detected your function being invoked in a recursive loop with other AWS resources and stopped your function's invocation.",
  })
  await lambdaClient(server).send(
    new PutFunctionRecursionConfigCommand({ FunctionName: 'looped', RecursiveLoop: 'Allow' }),
  )
  assert.equal((await send('looped', {}, { 'x-amzn-trace-id': sixteenth })).status, 200)
})
