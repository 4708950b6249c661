import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type CreateFunctionCommandInput,
  type FunctionScalingConfig,
  type Lambda,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda'
import { createManaged, createProvider, onProvider } from '../support/capacity-providers.ts'
import { createFunction, executionRole, invoke, lambdaOf } from '../support/clients.ts'
import { answering, arnOf, configurationOf, publishVersion } from '../support/functions.ts'
import { type Gates, startGates } from '../support/gates.ts'
import { poll } from '../support/poll.ts'
import { sendSigned } from '../support/raw.ts'
import { breaks, conflict, denied, invalid, notFound, refusalOf, throttled, validation } from '../support/refusal.ts'
import { type RollCall, startRollCall } from '../support/roll-call.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { zipOf } from '../support/zip.ts'

const PUBLISHED = '$LATEST.PUBLISHED'

let server: TestServer
let client: Lambda
let gates: Gates
let rollCall: RollCall
before(async () => {
  gates = await startGates()
  rollCall = await startRollCall()
  server = await startTestServer()
  client = lambdaOf(server)
  await executionRole(server)
  await createProvider(server, 'p')
  await createFunction(server, { FunctionName: 'plain', code: answering('plain') })
  await publishVersion(server, 'plain')
})
after(async () => {
  await server[Symbol.asyncDispose]()
  gates[Symbol.dispose]()
  rollCall[Symbol.dispose]()
})

/** Waits at the gate that the event names, and tells which environment it is. */
const waits = (name: string) => ({
  'index.mjs': `${rollCall.answeringTo(name)}
  export const handler = async ({ gate }) => {
    if (gate) await fetch(gate)
    return process.env.AWS_LAMBDA_LOG_STREAM_NAME
  }`,
})

const stateOf = async (FunctionName: string, Qualifier?: string, of = server) =>
  (await configurationOf(of, FunctionName, Qualifier)).State
const untilState = (state: string, name: string, qualifier?: string) =>
  poll(async () => ((await stateOf(name, qualifier)) === state ? true : undefined))

/** A function whose environments run one invocation at a time, with one version that is published. */
async function published(
  name: string,
  input: Partial<CreateFunctionCommandInput> = {},
  PublishTo?: 'LATEST_PUBLISHED',
) {
  await createManaged(server, {
    FunctionName: name,
    code: waits(name),
    CapacityProviderConfig: onProvider('p', { PerExecutionEnvironmentMaxConcurrency: 1 }),
    ...input,
  })
  await untilState('ActiveNonInvocable', name)
  const { Version = '' } = await publishVersion(server, name, { ...(PublishTo && { PublishTo }) })
  await untilState('Active', name, Version)
  return { FunctionName: name, Qualifier: Version }
}

interface Of {
  readonly FunctionName: string
  readonly Qualifier: string
}

const put = (of: Of, config?: FunctionScalingConfig) =>
  client.putFunctionScalingConfig({ ...of, FunctionScalingConfig: config })
const bounds = (MinExecutionEnvironments: number, MaxExecutionEnvironments: number) => ({
  MinExecutionEnvironments,
  MaxExecutionEnvironments,
})
const get = async (of: Of) => {
  const { $metadata: _, ...answer } = await client.getFunctionScalingConfig(of)
  return answer
}
const run = async ({ FunctionName, Qualifier }: Of, gate?: string) =>
  (await invoke(server, FunctionName, gate === undefined ? {} : { gate: gates.urlFor(gate) }, { Qualifier })).payload

/** The answer of an environment that becomes free now, however long a busy machine takes for it. */
const served = (of: Of) =>
  poll(() =>
    run(of).catch((error) => {
      if (!(error instanceof TooManyRequestsException)) throw error
      return undefined
    }),
  )

const untilPresent = (count: number, name: string) => poll(() => (rollCall.present(name) === count ? true : undefined))

test('how many environments a version has is shown, given, given anew, and given up', async () => {
  const of = await published('shown')
  const FunctionArn = arnOf('shown:1')
  assert.deepEqual(await get(of), { FunctionArn, AppliedFunctionScalingConfig: { MinExecutionEnvironments: 1 } })
  const answer = await sendSigned(server, {
    method: 'PUT',
    path: '/2025-11-30/functions/shown/function-scaling-config?Qualifier=1',
    body: JSON.stringify({ FunctionScalingConfig: bounds(2, 4) }),
  })
  assert.deepEqual([answer.status, answer.body], [202, { FunctionState: 'Active' }])
  const both = bounds(2, 4)
  assert.deepEqual(await get(of), {
    FunctionArn,
    AppliedFunctionScalingConfig: both,
    RequestedFunctionScalingConfig: both,
  })
  await put({ FunctionName: arnOf('shown'), Qualifier: '1' }, { MaxExecutionEnvironments: 5 })
  assert.deepEqual(await get(of), {
    FunctionArn,
    AppliedFunctionScalingConfig: bounds(1, 5),
    RequestedFunctionScalingConfig: { MaxExecutionEnvironments: 5 },
  })
  await put(of)
  assert.deepEqual((await get(of)).AppliedFunctionScalingConfig, { MinExecutionEnvironments: 1 })
})

test('the least number of environments is started before anybody invokes the version', async () => {
  const of = await published('least')
  await untilPresent(1, 'least')
  await put(of, bounds(3, 3))
  await untilPresent(3, 'least')
  const gatesOf = ['least-a', 'least-b', 'least-c']
  const running = gatesOf.map((gate) => run(of, gate))
  await Promise.all(gatesOf.map((gate) => gates.reached(gate)))
  for (const gate of gatesOf) gates.open(gate)
  assert.equal(new Set(await Promise.all(running)).size, 3)
  assert.equal(rollCall.seen('least'), 3)
  await put(of, bounds(1, 1))
  await untilPresent(1, 'least')
})

test('of those that are too many no more end than have to', async () => {
  const CapacityProviderConfig = onProvider('p', { PerExecutionEnvironmentMaxConcurrency: 2 })
  const of = await published('fewer', { CapacityProviderConfig, Timeout: 300 })
  await put(of, bounds(3, 3))
  await untilPresent(3, 'fewer')
  const inside = async (gatesOf: readonly string[]) => {
    const running = gatesOf.map((gate) => run(of, gate))
    await Promise.all(gatesOf.map((gate) => gates.reached(gate)))
    return running
  }
  // Two in each of them, of which one ends then.
  const first = await inside(['fewer-a', 'fewer-b', 'fewer-c'])
  const second = await inside(['fewer-d', 'fewer-e', 'fewer-f'])
  await put(of, bounds(0, 1))
  for (const gate of ['fewer-a', 'fewer-b', 'fewer-c']) gates.open(gate)
  const environments = new Set(await Promise.all(first))
  assert.equal(environments.size, 3)
  assert.ok(environments.has(await served(of)))
  assert.equal(rollCall.present('fewer'), 3)
  for (const gate of ['fewer-d', 'fewer-e', 'fewer-f']) gates.open(gate)
  await Promise.all(second)
  await untilPresent(1, 'fewer')
  assert.equal(rollCall.seen('fewer'), 3)
})

test('beyond the largest number callers are throttled, and served when there is room', async () => {
  const of = await published('most')
  await put(of, bounds(0, 2))
  const running = ['most-a', 'most-b'].map((gate) => run(of, gate))
  await Promise.all(['most-a', 'most-b'].map((gate) => gates.reached(gate)))
  assert.deepEqual(await refusalOf(run(of)), throttled)
  gates.open('most-a')
  assert.equal(await served(of), await running[0])
  gates.open('most-b')
  assert.notEqual(await running[0], await running[1])
})

test('environments of one version are no environments of another', async () => {
  const of = await published('apart')
  await put(of, bounds(0, 1))
  const running = run(of, 'apart')
  await gates.reached('apart')
  await publishVersion(server, 'apart', { PublishTo: 'LATEST_PUBLISHED' })
  await untilState('Active', 'apart', PUBLISHED)
  assert.notEqual(await run({ ...of, Qualifier: PUBLISHED }), undefined)
  gates.open('apart')
  await running
})

test('without any environment a version is deactivated, and comes back with some', async () => {
  const of = await published('resting', {}, 'LATEST_PUBLISHED')
  assert.equal(of.Qualifier, PUBLISHED)
  await run(of)
  assert.ok(rollCall.present('resting') > 0)
  assert.equal((await put(of, bounds(0, 0))).FunctionState, 'Deactivated')
  assert.equal(await stateOf('resting', PUBLISHED), 'Deactivated')
  assert.deepEqual(
    await refusalOf(run(of)),
    conflict(
      'The operation cannot be performed at this time. The function is currently in the following state: Deactivated',
    ),
  )
  await untilPresent(0, 'resting')
  // It stays so when it is published again, until somebody says otherwise.
  await client.updateFunctionConfiguration({ FunctionName: 'resting', Description: 'new' })
  await poll(async () =>
    (await configurationOf(server, 'resting')).LastUpdateStatus === 'Successful' ? true : undefined,
  )
  await publishVersion(server, 'resting', { PublishTo: 'LATEST_PUBLISHED' })
  await poll(async () => {
    const { State, LastUpdateStatus } = await configurationOf(server, 'resting', PUBLISHED)
    return State === 'Deactivated' && LastUpdateStatus === 'Successful' ? true : undefined
  })
  assert.equal((await put(of, bounds(1, 2))).FunctionState, 'Active')
  assert.match(await run(of), /\$LATEST\.PUBLISHED/)
})

test('a version whose Init fails stays Active, and what it keeps is tried again when it is scaled', async () => {
  const code = { 'index.mjs': `${rollCall.answeringTo('broken')}\nthrow new Error('no')` }
  const of = await published('broken', { Code: { ZipFile: zipOf(code) } })
  await poll(() => rollCall.seen('broken') || undefined)
  assert.match(JSON.stringify(await run(of)), /"errorMessage":"no"/)
  assert.equal(await stateOf('broken', of.Qualifier), 'Active')
  const seen = rollCall.seen('broken')
  await put(of, bounds(1, 2))
  await poll(() => rollCall.seen('broken') > seen || undefined)
  await put(of, bounds(0, 0))
})

test('an event waits in its queue while there may be no more environments', async () => {
  const of = await published('queued', {}, 'LATEST_PUBLISHED')
  await put(of, bounds(1, 1))
  const running = run(of, 'queued-a')
  await gates.reached('queued-a')
  const { StatusCode } = await invoke(server, 'queued', { gate: gates.urlFor('queued-b') }, { InvocationType: 'Event' })
  assert.equal(StatusCode, 202)
  assert.deepEqual(await refusalOf(run(of)), throttled)
  gates.open('queued-a')
  await Promise.all([running, gates.reached('queued-b')])
  gates.open('queued-b')
})

test('the environments of all functions of a provider keep to its vCPUs', async () => {
  await createProvider(server, 'two', { CapacityProviderScalingConfig: { MaxVCpuCount: 2 } })
  const on = { CapacityProviderConfig: onProvider('two', { PerExecutionEnvironmentMaxConcurrency: 1 }) }
  const [a, b] = [await published('vcpus-a', on), await published('vcpus-b', on)]
  for (const name of ['vcpus-a', 'vcpus-b']) await untilPresent(1, name)
  const first = run(a, 'vcpu-a')
  const second = run(b, 'vcpu-b')
  await Promise.all(['vcpu-a', 'vcpu-b'].map((gate) => gates.reached(gate)))
  assert.deepEqual(await refusalOf(run(a)), throttled)
  // With more vCPUs there is room for more.
  await client.updateCapacityProvider({
    CapacityProviderName: 'two',
    CapacityProviderScalingConfig: { MaxVCpuCount: 3 },
  })
  assert.equal(typeof (await run(a)), 'string')
  for (const gate of ['vcpu-a', 'vcpu-b']) gates.open(gate)
  await Promise.all([first, second])
})

test('an idle environment leaves its vCPUs to the function that needs them', async () => {
  await createProvider(server, 'shared', { CapacityProviderScalingConfig: { MaxVCpuCount: 2 } })
  const on = { CapacityProviderConfig: onProvider('shared', { PerExecutionEnvironmentMaxConcurrency: 1 }) }
  const [a, b] = [await published('idle-a', on), await published('idle-b', on)]
  for (const name of ['idle-a', 'idle-b']) await untilPresent(1, name)
  for (const each of [a, b]) await put(each, { MinExecutionEnvironments: 0 })
  for (const name of ['idle-a', 'idle-b']) await untilPresent(0, name)
  const running = ['idle-1', 'idle-2'].map((gate) => run(a, gate))
  await Promise.all(['idle-1', 'idle-2'].map((gate) => gates.reached(gate)))
  for (const gate of ['idle-1', 'idle-2']) gates.open(gate)
  await Promise.all(running)
  assert.equal(typeof (await served(b)), 'string')
})

test('an idle environment stays when what it would leave is of no use', async () => {
  await createProvider(server, 'spare', { CapacityProviderScalingConfig: { MaxVCpuCount: 2 } })
  const on = { CapacityProviderConfig: onProvider('spare', { PerExecutionEnvironmentMaxConcurrency: 1 }) }
  const [large, full, idle] = [
    await published('large', { ...on, MemorySize: 10_240 }),
    await published('full', on),
    await published('idle', on),
  ]
  for (const name of ['full', 'idle']) await untilPresent(1, name)
  await put(idle, { MinExecutionEnvironments: 0 })
  await untilPresent(0, 'idle')
  const first = await run(idle)
  assert.deepEqual(await refusalOf(run(large)), throttled)
  assert.equal(await run(idle), first)
  await put(full, bounds(1, 1))
  const running = run(full, 'full')
  await gates.reached('full')
  assert.deepEqual(await refusalOf(run(full)), throttled)
  assert.equal(await run(idle), first)
  gates.open('full')
  await running
})

test('the numbers hold after a restart', async () => {
  const own = await startTestServer()
  await createProvider(own, 'p')
  await createManaged(own, { FunctionName: 'again', code: waits('again'), PublishTo: 'LATEST_PUBLISHED' })
  const isActive = async (of: TestServer) => ((await stateOf('again', PUBLISHED, of)) === 'Active' ? true : undefined)
  await poll(() => isActive(own))
  await untilPresent(1, 'again')
  await lambdaOf(own).putFunctionScalingConfig({
    FunctionName: 'again',
    Qualifier: PUBLISHED,
    FunctionScalingConfig: bounds(2, 2),
  })
  await untilPresent(2, 'again')
  await own.stop()
  await untilPresent(0, 'again')
  await using _restarted = await startTestServer({ dataDirectory: own.dataDirectory })
  await untilPresent(2, 'again')
  assert.equal(rollCall.seen('again'), 4)
  await own[Symbol.asyncDispose]()
})

test('a version that was Pending when the server was killed becomes Active, with its environments', async () => {
  const own = await startTestServer()
  await createProvider(own, 'p')
  await createManaged(own, { FunctionName: 'killed', code: waits('killed'), PublishTo: 'LATEST_PUBLISHED' })
  await own.kill()
  await using again = await startTestServer({ dataDirectory: own.dataDirectory })
  for (const [qualifier, state] of [
    [undefined, 'ActiveNonInvocable'],
    [PUBLISHED, 'Active'],
  ] as const)
    await poll(async () => ((await stateOf('killed', qualifier, again)) === state ? true : undefined))
  await untilPresent(1, 'killed')
  await own[Symbol.asyncDispose]()
})

test('what is no version on managed instances has no numbers', async (t) => {
  const without = denied('The function provided by the arn does not contain a capacity provider configuration')
  const of = await published('refusing')
  const cases = [
    { name: 'a function without a provider', of: { FunctionName: 'plain', Qualifier: '1' }, expected: without },
    {
      name: 'no function',
      of: { FunctionName: 'missing', Qualifier: '1' },
      expected: notFound(`Function not found: ${arnOf('missing:1')}`),
    },
    {
      name: 'no version',
      of: { FunctionName: 'refusing', Qualifier: '9' },
      expected: notFound(`Function not found: ${arnOf('refusing:9')}`),
    },
    {
      name: '$LATEST',
      of: { FunctionName: 'refusing', Qualifier: '$LATEST' },
      expected: validation(
        breaks('qualifier', '$LATEST', 'satisfy regular expression pattern: (\\$LATEST\\.PUBLISHED|[0-9]+)'),
      ),
    },
  ]
  for (const { name, of: address, expected } of cases)
    await t.test(`${name} is refused`, async () => {
      assert.deepEqual(await refusalOf(get(address)), expected)
      assert.deepEqual(await refusalOf(put(address, bounds(1, 1))), expected)
    })
  assert.deepEqual(
    await refusalOf(put(of, bounds(2, 1))),
    invalid('MinExecutionEnvironments must not be greater than MaxExecutionEnvironments.'),
  )
})
