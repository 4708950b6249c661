import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { CreateFunctionCommandInput, Lambda } from '@aws-sdk/client-lambda'
import { createManaged, createProvider, onProvider } from '../support/capacity-providers.ts'
import { executionRole, invoke, lambdaOf } from '../support/clients.ts'
import { configurationOf, publishVersion } from '../support/functions.ts'
import { type Gates, startGates } from '../support/gates.ts'
import { poll } from '../support/poll.ts'
import { refusalOf, throttled } from '../support/refusal.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

// Functions on managed instances, whose environments run several invocations at a time.

let server: TestServer
let client: Lambda
let gates: Gates
before(async () => {
  gates = await startGates()
  server = await startTestServer()
  client = lambdaOf(server)
  await executionRole(server)
  await createProvider(server, 'p')
})
after(async () => {
  await server[Symbol.asyncDispose]()
  gates[Symbol.dispose]()
})

const NODE = {
  'index.mjs': `export const handler = async ({ gate, word }, { awsRequestId }) => {
    if (word) console.log(word)
    if (gate) await fetch(gate)
    return { environment: process.env.AWS_LAMBDA_LOG_STREAM_NAME, id: awsRequestId,
      variables: [process.env.AWS_LAMBDA_MAX_CONCURRENCY, process.env.AWS_LAMBDA_INITIALIZATION_TYPE] }
  }`,
}

const PYTHON = {
  'index.py': `import os, urllib.request
def handler(event, context):
    if "gate" in event:
        urllib.request.urlopen(event["gate"]).read()
    return {"environment": os.environ["AWS_LAMBDA_LOG_STREAM_NAME"], "id": context.aws_request_id,
        "variables": [os.environ["AWS_LAMBDA_MAX_CONCURRENCY"], os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]]}`,
}

interface Published {
  readonly FunctionName: string
  readonly Qualifier: string
}

/** A version whose environments, `most` of them at most, run three invocations at a time. */
async function published(
  FunctionName: string,
  most: number,
  input: Partial<CreateFunctionCommandInput> & { readonly code: Readonly<Record<string, string>> } = { code: NODE },
): Promise<Published> {
  const CapacityProviderConfig = onProvider('p', { PerExecutionEnvironmentMaxConcurrency: 3 })
  await createManaged(server, { FunctionName, CapacityProviderConfig, ...input })
  await untilState('ActiveNonInvocable', FunctionName)
  const { Version: Qualifier = '' } = await publishVersion(server, FunctionName)
  await untilState('Active', FunctionName, Qualifier)
  await client.putFunctionScalingConfig({
    FunctionName,
    Qualifier,
    FunctionScalingConfig: { MinExecutionEnvironments: most, MaxExecutionEnvironments: most },
  })
  return { FunctionName, Qualifier }
}

const untilState = (state: string, name: string, qualifier?: string) =>
  poll(async () => ((await configurationOf(server, name, qualifier)).State === state ? true : undefined))

const run = ({ FunctionName, Qualifier }: Published, event: object = {}, more = {}) =>
  invoke(server, FunctionName, event, { Qualifier, ...more })

/** Invocations that are all inside when it resolves; each is answered when the gate of its name is opened. */
async function inside(of: Published, names: readonly string[]) {
  const running = names.map((name) => run(of, { gate: gates.urlFor(name) }))
  await Promise.all(names.map((name) => gates.reached(name)))
  return running
}

for (const [Runtime, code] of [
  ['nodejs22.x', NODE],
  ['python3.13', PYTHON],
] as const)
  test(`${Runtime}: one environment runs three invocations at a time, and no fourth`, async () => {
    const name = Runtime.split('.')[0] ?? ''
    const of = await published(name, 1, { code, Runtime })
    const names = ['a', 'b', 'c'].map((letter) => `${name}-${letter}`)
    const running = await inside(of, names)
    // While there may be no second environment.
    assert.deepEqual(await refusalOf(run(of)), throttled)
    gates.open(names[1] ?? '')
    const answers = [await running[1], await run(of)]
    for (const name of names) gates.open(name)
    answers.push(await running[0], await running[2])
    assert.equal(new Set(answers.map((answer) => answer?.payload.environment)).size, 1)
    assert.equal(new Set(answers.map((answer) => answer?.payload.id)).size, 4)
    for (const answer of answers) {
      assert.deepEqual(answer?.payload.variables, ['3', 'lambda-managed-instances'])
      assert.equal(answer?.payload.id, answer?.$metadata.requestId)
    }
  })

test('what runs is filled, and nothing more is started for what it has room for', async () => {
  const of = await published('spread', 2)
  const names = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `spread-${letter}`)
  const running = await inside(of, names)
  for (const name of names) gates.open(name)
  const places = (await Promise.all(running)).map(({ payload }) => payload.environment)
  const [one] = places
  assert.equal(places.filter((place) => place === one).length, 3)
  assert.equal(new Set(places).size, 2)
})

test('of two environments one is left when there may be one, whichever calls end first', async () => {
  const of = await published('fewer', 2)
  const names = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `fewer-${letter}`)
  const running = await inside(of, names)
  await client.putFunctionScalingConfig({
    ...of,
    FunctionScalingConfig: { MinExecutionEnvironments: 0, MaxExecutionEnvironments: 1 },
  })
  const places = []
  // One of each environment ends before any has come to its end.
  const order = [0, 5, 1, 4, 2, 3]
  for (const index of order) {
    gates.open(names[index] ?? '')
    places.push((await running[index])?.payload.environment)
  }
  const { payload } = await run(of)
  assert.ok(places.includes(payload.environment))
})

test('the tail of the log shows the lines of its own invocation', async () => {
  const of = await published('tail', 1)
  const names = ['tail-a', 'tail-b']
  const running = names.map((name) =>
    run(of, { gate: gates.urlFor(name), word: `word of ${name}` }, { LogType: 'Tail' }),
  )
  await Promise.all(names.map((name) => gates.reached(name)))
  for (const name of names) gates.open(name)
  for (const [index, answer] of (await Promise.all(running)).entries()) {
    const lines = Buffer.from(answer.LogResult ?? '', 'base64')
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(
      lines.map(({ type, message }) => type ?? message),
      ['platform.start', `word of ${names[index]}`, 'platform.report'],
    )
  }
})

test('events are run by what there is room for', async () => {
  const of = await published('events', 1)
  const names = ['events-a', 'events-b', 'events-c']
  for (const name of names) await run(of, { gate: gates.urlFor(name) }, { InvocationType: 'Event' })
  await Promise.all(names.map((name) => gates.reached(name)))
  for (const name of names) gates.open(name)
})
