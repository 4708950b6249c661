import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type CreateFunctionCommandInput,
  type Lambda,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda'
import { createManaged, createProvider, onProvider, providerArn } from '../support/capacity-providers.ts'
import { createFunction, createUser, executionRole, invoke, lambdaOf, untilUpdated } from '../support/clients.ts'
import { createUrl, sendToUrl } from '../support/function-urls.ts'
import { answering, answerWith, arnOf, configurationOf, publishVersion } from '../support/functions.ts'
import { poll } from '../support/poll.ts'
import { sendSigned } from '../support/raw.ts'
import { conflict, denied, invalid, notFound, type Refusal, refusalOf } from '../support/refusal.ts'
import { ACCOUNT, inAccount, startTestServer, type TestServer } from '../support/server.ts'
import { zipOf } from '../support/zip.ts'

const LATEST = '$LATEST'
const PUBLISHED = '$LATEST.PUBLISHED'
const OTHER = '111122223333'

let server: TestServer
let client: Lambda
before(async () => {
  server = await startTestServer({ args: ['--accounts', OTHER] })
  client = lambdaOf(server)
  await executionRole(server)
  for (const name of ['p', 'other']) await createProvider(server, name)
  await createFunction(server, { FunctionName: 'plain', code: answering('plain') })
})
after(() => server[Symbol.asyncDispose]())

const create = (FunctionName: string, input: Partial<CreateFunctionCommandInput> = {}) =>
  createManaged(server, { FunctionName, code: answering(FunctionName), ...input })
const stateOf = async (FunctionName: string, Qualifier?: string) =>
  (await configurationOf(server, FunctionName, Qualifier)).State
const untilState = (name: string, state: string, qualifier?: string) =>
  poll(async () => ((await stateOf(name, qualifier)) === state ? true : undefined))
/** Creates it and waits until it can be published. */
async function made(name: string, input: Partial<CreateFunctionCommandInput> = {}) {
  await create(name, input)
  await untilState(name, 'ActiveNonInvocable')
}
const publish = async (name: string, input = {}) => {
  const version = await publishVersion(server, name, input)
  await untilState(name, 'Active', version.Version)
  return version
}
const toLatest = { PublishTo: 'LATEST_PUBLISHED' } as const
const answerOf = async (name: string, Qualifier?: string) =>
  (await invoke(server, name, {}, Qualifier === undefined ? {} : { Qualifier })).payload
const update = async (FunctionName: string, change: Partial<UpdateFunctionConfigurationCommandInput>) =>
  client.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...change }))

test('a function on managed instances has defaults of its own, and ends ActiveNonInvocable', async () => {
  const created = await create('defaults')
  assert.equal(created.State, 'Pending')
  await untilState('defaults', 'ActiveNonInvocable')
  const { MemorySize, LoggingConfig, CapacityProviderConfig, LastUpdateStatus } = await configurationOf(
    server,
    'defaults',
  )
  assert.deepEqual(
    { MemorySize, LoggingConfig, CapacityProviderConfig, LastUpdateStatus },
    {
      MemorySize: 2048,
      LoggingConfig: {
        LogFormat: 'JSON',
        ApplicationLogLevel: 'INFO',
        SystemLogLevel: 'INFO',
        LogGroup: '/aws/lambda/defaults',
      },
      CapacityProviderConfig: onProvider('p', {
        PerExecutionEnvironmentMaxConcurrency: 16,
        ExecutionEnvironmentMemoryGiBPerVCpu: 2,
      }),
      LastUpdateStatus: 'Successful',
    },
  )
  assert.deepEqual(created.CapacityProviderConfig, CapacityProviderConfig)
})

test('how it uses its provider is changed as a whole, also to another provider', async () => {
  await made('moving')
  const change = { PerExecutionEnvironmentMaxConcurrency: 3 }
  await update('moving', { CapacityProviderConfig: onProvider('other', change) })
  await untilUpdated(server, 'moving')
  const { CapacityProviderConfig, State, LastUpdateStatus } = await configurationOf(server, 'moving')
  assert.deepEqual(CapacityProviderConfig, onProvider('other', { ...change, ExecutionEnvironmentMemoryGiBPerVCpu: 2 }))
  assert.deepEqual([State, LastUpdateStatus], ['ActiveNonInvocable', 'Successful'])
  await update('moving', { Description: 'kept' })
  await untilUpdated(server, 'moving')
  assert.deepEqual((await configurationOf(server, 'moving')).CapacityProviderConfig, CapacityProviderConfig)
  await client.deleteFunction({ FunctionName: 'moving' })
})

const notSupported = (setting: string) => invalid(`${setting} isn't supported for Lambda Managed Instances functions.`)
const unsupportedRuntime = (runtime: string) =>
  invalid(`Runtime Enum ${runtime} does not support specified feature: Lambda Managed Instances`)

type Change = Partial<CreateFunctionCommandInput & UpdateFunctionConfigurationCommandInput>
const refused: readonly { readonly name: string; readonly change: Change; readonly expected: Refusal }[] = [
  ...(['nodejs20.x', 'python3.12', 'java17', 'ruby3.4', 'provided.al2', 'dotnet6'] as const).map((Runtime) => ({
    name: Runtime,
    change: { Runtime },
    expected: unsupportedRuntime(Runtime),
  })),
  {
    name: 'a VPC of its own',
    change: { VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] } },
    expected: notSupported('VpcConfig'),
  },
  {
    name: 'SnapStart',
    change: { Runtime: 'python3.13', SnapStart: { ApplyOn: 'PublishedVersions' } },
    expected: notSupported('SnapStart'),
  },
  { name: 'a text log', change: { LoggingConfig: { LogFormat: 'Text' } }, expected: notSupported('LogFormat Text') },
  {
    name: 'less memory than 2 GiB',
    change: { MemorySize: 2047 },
    expected: invalid('MemorySize must be at least 2048 for Lambda Managed Instances functions.'),
  },
  {
    name: 'less than one vCPU',
    change: { CapacityProviderConfig: onProvider('p', { ExecutionEnvironmentMemoryGiBPerVCpu: 4 }) },
    expected: invalid('MemorySize 2048 with 4 GiB for each vCPU is less than one vCPU.'),
  },
  {
    name: 'a provider that is not there',
    change: { CapacityProviderConfig: onProvider('missing') },
    expected: notFound(`Capacity provider not found: ${providerArn('missing')}`),
  },
]

test('what does not go with managed instances is refused, and nothing is changed', async (t) => {
  await made('refusing')
  const before = await configurationOf(server, 'refusing')
  for (const { name, change, expected } of refused)
    await t.test(`${name} is refused`, async () => {
      assert.deepEqual(await refusalOf(create('refused', change)), expected)
      assert.deepEqual(await refusalOf(update('refusing', change)), expected)
    })
  assert.deepEqual(await configurationOf(server, 'refusing'), before)
  assert.equal((await refusalOf(configurationOf(server, 'refused'))).status, 404)
})

test('code for another architecture than that of the instances is refused', async () => {
  const expected = invalid(`The capacity provider ${providerArn('p')} has no instances of the architecture arm64.`)
  assert.deepEqual(await refusalOf(create('arm', { Architectures: ['arm64'] })), expected)
  await made('turning')
  const ZipFile = zipOf(answering('arm'))
  assert.deepEqual(
    await refusalOf(client.updateFunctionCode({ FunctionName: 'turning', ZipFile, Architectures: ['arm64'] })),
    expected,
  )
  await createProvider(server, 'graviton', { InstanceRequirements: { Architectures: ['arm64'] } })
  await create('arm', { Architectures: ['arm64'], CapacityProviderConfig: onProvider('graviton') })
})

test('a function has managed instances from its creation or never', async () => {
  assert.deepEqual(
    await refusalOf(update('plain', { CapacityProviderConfig: onProvider('p') })),
    invalid("CapacityProviderConfig isn't supported for Lambda Default functions."),
  )
  const ofPlain = { FunctionName: 'plain', ...toLatest }
  const noPublishTo = invalid("PublishTo isn't supported for Lambda Default functions.")
  for (const call of [
    () => client.publishVersion(ofPlain),
    () => client.updateFunctionCode({ ...ofPlain, ZipFile: zipOf(answering('new')) }),
    () => createFunction(server, { FunctionName: 'new', code: answering('new'), ...toLatest }),
  ])
    assert.deepEqual(await refusalOf(call()), noPublishTo)
})

test('neither reserved nor provisioned concurrency is for managed instances', async () => {
  await made('bounded')
  const ofBounded = { FunctionName: 'bounded' }
  await publish('bounded')
  assert.deepEqual(
    await refusalOf(client.putFunctionConcurrency({ ...ofBounded, ReservedConcurrentExecutions: 1 })),
    notSupported('ReservedConcurrentExecutions'),
  )
  assert.deepEqual(
    await refusalOf(
      client.putProvisionedConcurrencyConfig({ ...ofBounded, Qualifier: '1', ProvisionedConcurrentExecutions: 1 }),
    ),
    notSupported('Provisioned Concurrency'),
  )
})

test('a provider is given to functions only by who may pass it', async () => {
  const allow = (Action: string, Resource = '*') => ({ Effect: 'Allow', Action, Resource })
  const allowed = [allow('lambda:CreateFunction'), allow('lambda:UpdateFunctionConfiguration'), allow('iam:PassRole')]
  await made('passed')
  const passing = { FunctionName: 'passed', CapacityProviderConfig: onProvider('p') }
  const expected = (user: string) =>
    denied(
      `User: arn:aws:iam::${ACCOUNT}:user/${user} is not authorized to perform: lambda:PassCapacityProvider on resource: ${providerArn('p')} because no identity-based policy allows the lambda:PassCapacityProvider action`,
    )
  const barred = { ...server, credentials: await createUser(server, 'barred', ...allowed) }
  const asBarred = lambdaOf(barred)
  assert.deepEqual(await refusalOf(asBarred.updateFunctionConfiguration(passing)), expected('barred'))
  await asBarred.updateFunctionConfiguration({ FunctionName: 'passed', Description: 'mine' })
  await untilUpdated(server, 'passed')
  const ofTeam = { Condition: { StringEquals: { 'aws:ResourceTag/team': 'dev' } } }
  const passer = await createUser(server, 'passer', ...allowed, {
    ...allow('lambda:PassCapacityProvider', providerArn('p')),
    ...ofTeam,
  })
  const asPasser = lambdaOf(server, passer)
  assert.deepEqual(await refusalOf(asPasser.updateFunctionConfiguration(passing)), expected('passer'))
  await client.tagResource({ Resource: providerArn('p'), Tags: { team: 'dev' } })
  await asPasser.updateFunctionConfiguration(passing)
})

test('another account that may do so updates and publishes a function on the provider of its owner', async () => {
  await made('lent')
  for (const action of ['UpdateFunctionCode', 'PublishVersion', 'InvokeFunction'])
    await client.addPermission({
      FunctionName: 'lent',
      StatementId: action,
      Action: `lambda:${action}`,
      Principal: OTHER,
    })
  const guest = lambdaOf(inAccount(server, OTHER))
  const ofLent = { FunctionName: arnOf('lent') }
  await guest.updateFunctionCode({ ...ofLent, ZipFile: zipOf(answering('theirs')) })
  await untilUpdated(server, 'lent')
  await guest.publishVersion({ ...ofLent, ...toLatest })
  await untilState('lent', 'Active', PUBLISHED)
  assert.equal((await invoke(inAccount(server, OTHER), arnOf('lent'))).payload, 'theirs')
})

const cannotBeInvoked = invalid(
  "Functions configured with capacity provider configuration can't be invoked with $LATEST qualifier. To invoke this function, specify a published version qualifier or $LATEST.PUBLISHED.",
)
const nothingPublished: Refusal = {
  code: 'NoPublishedVersionException',
  status: 400,
  message:
    "The function can't be invoked because no published version exists. For functions with capacity provider configuration, either publish a version to $LATEST.PUBLISHED, or specify a published version qualifier.",
}

test('only what is published can be invoked', async () => {
  await made('edited')
  for (const qualifier of [undefined, LATEST])
    assert.deepEqual(await refusalOf(answerOf('edited', qualifier)), nothingPublished)
  const version = await publish('edited')
  assert.deepEqual([version.Version, version.FunctionArn], ['1', arnOf('edited:1')])
  assert.equal(await answerOf('edited', '1'), 'edited')
  for (const qualifier of [undefined, LATEST])
    assert.deepEqual(await refusalOf(answerOf('edited', qualifier)), cannotBeInvoked)
  for (const InvocationType of ['Event', 'DryRun'] as const)
    assert.deepEqual(await refusalOf(invoke(server, 'edited', {}, { InvocationType })), cannotBeInvoked)
})

test('$LATEST.PUBLISHED is what was published last without a number, and what runs without a qualifier', async () => {
  await made('again')
  const first = await publish('again', toLatest)
  assert.deepEqual(
    [first.status, first.Version, first.FunctionArn, first.State],
    [201, PUBLISHED, arnOf(`again:${PUBLISHED}`), 'Pending'],
  )
  for (const qualifier of [undefined, PUBLISHED]) assert.equal(await answerOf('again', qualifier), 'again')
  assert.deepEqual(await refusalOf(answerOf('again', LATEST)), cannotBeInvoked)

  // What changes goes on being what it was until it is published.
  await answerWith(server, 'again', 'changed')
  assert.equal(await answerOf('again'), 'again')
  const second = await publishVersion(server, 'again', toLatest)
  assert.deepEqual([second.Version, second.LastUpdateStatus], [PUBLISHED, 'InProgress'])
  await poll(async () => ((await answerOf('again')) === 'changed' ? true : undefined))
  const settled = await configurationOf(server, 'again', PUBLISHED)
  assert.deepEqual([settled.State, settled.LastUpdateStatus], ['Active', 'Successful'])
  assert.notEqual(settled.CodeSha256, first.CodeSha256)

  // There is nothing new in it.
  const { status: _, ...repeated } = await publishVersion(server, 'again', toLatest)
  assert.deepEqual(repeated, settled)

  assert.equal((await publish('again')).Version, '1')
  const { Versions = [] } = await client.listVersionsByFunction({ FunctionName: 'again' })
  assert.deepEqual(
    Versions.map(({ FunctionArn }) => FunctionArn),
    [LATEST, '1', PUBLISHED].map((version) => arnOf(`again:${version}`)),
  )
  assert.equal((await client.deleteFunction({ FunctionName: 'again', Qualifier: PUBLISHED })).StatusCode, 202)
  assert.deepEqual(await refusalOf(answerOf('again')), cannotBeInvoked)
  assert.equal(await answerOf('again', '1'), 'changed')
})

test('a function is published without a number when it is created and when its code changes', async () => {
  const created = await create('atonce', toLatest)
  assert.deepEqual([created.Version, created.FunctionArn], [PUBLISHED, arnOf('atonce')])
  await untilState('atonce', 'Active', PUBLISHED)
  assert.equal(await answerOf('atonce'), 'atonce')
  await untilState('atonce', 'ActiveNonInvocable')
  const ZipFile = zipOf(answering('changed'))
  const updated = await client.updateFunctionCode({ FunctionName: 'atonce', ZipFile, ...toLatest })
  assert.deepEqual([updated.Version, updated.FunctionArn], [PUBLISHED, arnOf(`atonce:${PUBLISHED}`)])
  await poll(async () => ((await answerOf('atonce')) === 'changed' ? true : undefined))
})

test('aliases, permissions and URLs lead to $LATEST.PUBLISHED', async () => {
  await made('led')
  const ofLed = { FunctionName: 'led' }
  await publish('led', toLatest)
  await client.createAlias({ ...ofLed, Name: 'live', FunctionVersion: PUBLISHED })
  assert.equal(await answerOf('led', 'live'), 'led')
  assert.deepEqual(
    await refusalOf(client.deleteFunction({ ...ofLed, Qualifier: PUBLISHED })),
    conflict('Unable to delete version because the following aliases reference it: [live]'),
  )
  const ofUrl = { ...ofLed, Principal: '*' }
  await client.addPermission({
    ...ofUrl,
    StatementId: 'url',
    Action: 'lambda:InvokeFunctionUrl',
    FunctionUrlAuthType: 'NONE',
  })
  await client.addPermission({
    ...ofUrl,
    StatementId: 'function',
    Action: 'lambda:InvokeFunction',
    InvokedViaFunctionUrl: true,
  })
  await client.addPermission({ ...ofUrl, Qualifier: 'live', StatementId: 'all', Action: 'lambda:*' })
  for (const Qualifier of [undefined, 'live']) {
    const answer = await sendToUrl(server, await createUrl(server, { ...ofLed, ...(Qualifier && { Qualifier }) }))
    assert.deepEqual([answer.status, answer.text], [200, 'led'])
  }
  await client.addPermission({
    ...ofLed,
    Qualifier: PUBLISHED,
    StatementId: 'guest',
    Action: 'lambda:InvokeFunction',
    Principal: OTHER,
  })
  const asGuest = inAccount(server, OTHER)
  assert.equal((await invoke(asGuest, arnOf('led'), {}, { Qualifier: PUBLISHED })).payload, 'led')
  assert.equal((await refusalOf(invoke(asGuest, arnOf('led')))).status, 403)
  const event = await invoke(server, 'led', {}, { InvocationType: 'Event' })
  assert.equal(event.StatusCode, 202)
})

test('the versions of a provider are listed, and it stays while there are any', async () => {
  await createProvider(server, 'used')
  const used = { CapacityProviderName: 'used' }
  await made('user', { CapacityProviderConfig: onProvider('used') })
  await publish('user')
  await publish('user', toLatest)
  const list = (name: string, page = {}) =>
    client.listFunctionVersionsByCapacityProvider({ CapacityProviderName: name, ...page })
  const { CapacityProviderArn, FunctionVersions } = await list(providerArn('used'))
  assert.equal(CapacityProviderArn, providerArn('used'))
  assert.deepEqual(FunctionVersions, [
    { FunctionArn: arnOf(`user:${LATEST}`), State: 'ActiveNonInvocable' },
    { FunctionArn: arnOf('user:1'), State: 'Active' },
    { FunctionArn: arnOf(`user:${PUBLISHED}`), State: 'Active' },
  ])
  const first = await list('used', { MaxItems: 2 })
  const rest = await list('used', { MaxItems: 2, Marker: first.NextMarker })
  assert.deepEqual([...(first.FunctionVersions ?? []), ...(rest.FunctionVersions ?? [])], FunctionVersions)
  assert.deepEqual(
    await refusalOf(client.deleteCapacityProvider(used)),
    conflict(`The capacity provider ${providerArn('used')} cannot be deleted because function versions use it.`),
  )
  const deleted = await sendSigned(server, { method: 'DELETE', path: '/2015-03-31/functions/user' })
  assert.equal(deleted.status, 202)
  await client.deleteCapacityProvider(used)
})
