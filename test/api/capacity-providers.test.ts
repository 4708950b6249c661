import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type {
  CreateCapacityProviderCommandInput,
  Lambda,
  UpdateCapacityProviderCommandInput,
} from '@aws-sdk/client-lambda'
import { createProvider, providerArn, VPC } from '../support/capacity-providers.ts'
import { createUser, executionRole, lambdaOf } from '../support/clients.ts'
import { sendSigned } from '../support/raw.ts'
import { breaks, conflict, denied, invalid, notFound, type Refusal, refusalOf, validation } from '../support/refusal.ts'
import { ACCOUNT, inAccount, REGION, startTestServer, type TestServer } from '../support/server.ts'

const OTHER = '111122223333'

let server: TestServer
let client: Lambda
let role: string
before(async () => {
  server = await startTestServer({ args: ['--accounts', OTHER] })
  client = lambdaOf(server)
  role = await executionRole(server)
})
after(() => server[Symbol.asyncDispose]())

const get = async (CapacityProviderName: string) =>
  (await client.getCapacityProvider({ CapacityProviderName })).CapacityProvider
const remove = (CapacityProviderName: string) => client.deleteCapacityProvider({ CapacityProviderName })
const update = async (
  CapacityProviderName: string,
  change: Omit<UpdateCapacityProviderCommandInput, 'CapacityProviderName'>,
) => (await client.updateCapacityProvider({ CapacityProviderName, ...change })).CapacityProvider
const create = (name: string, input: Partial<CreateCapacityProviderCommandInput> = {}) =>
  createProvider(server, name, input)

const path = '/2025-11-30/capacity-providers'

test('a capacity provider is created with defaults, shown, changed and deleted', async () => {
  const created = await sendSigned(server, {
    method: 'POST',
    path,
    body: JSON.stringify({
      CapacityProviderName: 'plain',
      VpcConfig: VPC,
      PermissionsConfig: { CapacityProviderOperatorRoleArn: role },
    }),
  })
  assert.equal(created.status, 202)
  const { LastModified, ...provider } = created.body.CapacityProvider as Record<string, unknown>
  assert.match(String(LastModified), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/)
  assert.deepEqual(provider, {
    CapacityProviderArn: providerArn('plain'),
    State: 'Active',
    VpcConfig: VPC,
    PermissionsConfig: { CapacityProviderOperatorRoleArn: role },
    InstanceRequirements: { Architectures: ['x86_64'] },
    CapacityProviderScalingConfig: { MaxVCpuCount: 400, ScalingMode: 'Auto' },
  })
  assert.deepEqual(await get('plain'), { ...provider, LastModified })
  assert.deepEqual(await get(providerArn('plain')), { ...provider, LastModified })

  const ScalingPolicies = [
    { PredefinedMetricType: 'LambdaCapacityProviderAverageCPUUtilization', TargetValue: 70 } as const,
  ]
  const scaling = { MaxVCpuCount: 12, ScalingMode: 'Manual', ScalingPolicies } as const
  const changed = await sendSigned(server, {
    method: 'PUT',
    path: `${path}/plain`,
    body: JSON.stringify({ CapacityProviderScalingConfig: scaling }),
  })
  assert.equal(changed.status, 202)
  assert.deepEqual((await get('plain'))?.CapacityProviderScalingConfig, scaling)
  // What is left out stays; the policies belong to their mode.
  const more = await update('plain', { CapacityProviderScalingConfig: { MaxVCpuCount: 14 } })
  assert.deepEqual(more?.CapacityProviderScalingConfig, { ...scaling, MaxVCpuCount: 14 })
  const auto = await update('plain', { CapacityProviderScalingConfig: { ScalingMode: 'Auto' } })
  assert.deepEqual(auto?.CapacityProviderScalingConfig, { MaxVCpuCount: 14, ScalingMode: 'Auto' })

  const deleted = await sendSigned(server, { method: 'DELETE', path: `${path}/plain` })
  assert.equal(deleted.status, 202)
  const { State } = deleted.body.CapacityProvider as { readonly State: string }
  assert.equal(State, 'Deleting')
  assert.equal((await refusalOf(get('plain'))).status, 404)
})

test('everything that is given is shown', async () => {
  const given = {
    VpcConfig: { SubnetIds: ['subnet-9'], SecurityGroupIds: [] },
    InstanceRequirements: { Architectures: ['arm64'], AllowedInstanceTypes: ['m7g.*', 'c8g.large'] },
    CapacityProviderScalingConfig: { MaxVCpuCount: 2, ScalingMode: 'Auto' },
    KmsKeyArn: `arn:aws:kms:${REGION}:${ACCOUNT}:key/k`,
    PropagateTags: { Mode: 'Explicit', ExplicitTags: { cost: '7' } },
    TelemetryConfig: { LoggingConfig: { SystemLogLevel: 'WARN', LogGroup: '/capacity/full' } },
  } as const
  await create('full', given as never)
  const {
    CapacityProviderArn: _,
    State: __,
    LastModified: ___,
    PermissionsConfig: ____,
    ...shown
  } = (await get('full')) ?? {}
  assert.deepEqual(shown, given)
  const PropagateTags = { Mode: 'None' } as const
  assert.deepEqual(await update('full', { PropagateTags }), { ...(await get('full')), PropagateTags })
  await remove(providerArn('full'))
})

test('providers are listed page by page, by state, also while some go', async () => {
  for (const name of ['e', 'b', 'd', 'a', 'c']) await create(`list-${name}`)
  const names: string[] = []
  let Marker: string | undefined
  do {
    const page = await client.listCapacityProviders({ Marker, MaxItems: 2, State: 'Active' })
    assert.ok((page.CapacityProviders ?? []).length <= 2)
    for (const { CapacityProviderArn = '' } of page.CapacityProviders ?? [])
      names.push(CapacityProviderArn.slice(CapacityProviderArn.lastIndexOf(':') + 1))
    const last = names.at(-1)
    if (last !== undefined) await remove(last)
    Marker = page.NextMarker
  } while (Marker !== undefined)
  assert.deepEqual(names, ['list-a', 'list-b', 'list-c', 'list-d', 'list-e'])
  assert.deepEqual((await client.listCapacityProviders({ State: 'Failed' })).CapacityProviders, [])
})

test('tags are given at creation, added, listed and taken away', async () => {
  const { arn: Resource } = await create('tagged', { Tags: { team: 'blue' } })
  const tags = async () => (await client.listTags({ Resource })).Tags
  assert.deepEqual(await tags(), { team: 'blue' })
  await client.tagResource({ Resource, Tags: { team: 'red', cost: '7' } })
  assert.deepEqual(await tags(), { team: 'red', cost: '7' })
  await update('tagged', { PropagateTags: { Mode: 'None' } })
  await client.untagResource({ Resource, TagKeys: ['team'] })
  assert.deepEqual(await tags(), { cost: '7' })
  await client.untagResource({ Resource, TagKeys: ['cost'] })
  assert.deepEqual(await tags(), {})
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key-${index}`, '']))
  assert.deepEqual(
    await refusalOf(create('many', { Tags: many })),
    invalid('Number of tags exceeds resource tag limit.'),
  )
})

test('changes that come at the same time are all kept', async () => {
  const { arn: Resource } = await create('busy')
  await Promise.all(Array.from({ length: 20 }, (_, i) => client.tagResource({ Resource, Tags: { [`key-${i}`]: '' } })))
  assert.equal(Object.keys((await client.listTags({ Resource })).Tags ?? {}).length, 20)
})

test('the providers of another account are not seen', async () => {
  await create('mine')
  const theirs = lambdaOf(inAccount(server, OTHER))
  const ofTheirs = notFound(`Capacity provider not found: ${providerArn('mine', OTHER)}`)
  assert.deepEqual(await refusalOf(theirs.getCapacityProvider({ CapacityProviderName: 'mine' })), ofTheirs)
  const { status } = await refusalOf(theirs.getCapacityProvider({ CapacityProviderName: providerArn('mine') }))
  assert.equal(status, 403)
  assert.deepEqual((await theirs.listCapacityProviders()).CapacityProviders, [])
  await createProvider(inAccount(server, OTHER), 'mine')
  await theirs.deleteCapacityProvider({ CapacityProviderName: 'mine' })
  assert.equal((await get('mine'))?.CapacityProviderArn, providerArn('mine'))
})

const missing = notFound(`Capacity provider not found: ${providerArn('missing')}`)
const elsewhere = providerArn('plain').replace(REGION, 'eu-west-1')
const policies = [{ PredefinedMetricType: 'LambdaCapacityProviderAverageCPUUtilization', TargetValue: 1 } as const]

const refused: readonly { readonly name: string; call: () => Promise<unknown>; readonly expected: Refusal }[] = [
  { name: 'showing no provider', call: () => get('missing'), expected: missing },
  { name: 'changing no provider', call: () => update('missing', {}), expected: missing },
  { name: 'deleting no provider', call: () => remove('missing'), expected: missing },
  {
    name: 'the versions of no provider',
    call: () => client.listFunctionVersionsByCapacityProvider({ CapacityProviderName: 'missing' }),
    expected: missing,
  },
  {
    name: 'a provider of another region',
    call: () => get(elsewhere),
    expected: notFound(`Capacity provider not found: ${elsewhere}`),
  },
  {
    name: 'a new provider for another region',
    call: () => create(elsewhere),
    expected: invalid(`The capacity provider ${elsewhere} belongs to another account or region.`),
  },
  {
    name: 'the same name twice',
    call: async () => {
      await create('twice')
      await create(providerArn('twice'))
    },
    expected: conflict(`Capacity provider already exists: ${providerArn('twice')}`),
  },
  {
    name: 'a name that is too long',
    call: () => create('n'.repeat(65)),
    expected: invalid(
      `1 validation error detected: ${breaks('capacityProviderName', 'n'.repeat(65), 'have length less than or equal to 64')}`,
    ),
  },
  {
    name: 'no subnet',
    call: () => create('new', { VpcConfig: { SubnetIds: [], SecurityGroupIds: [] } }),
    expected: validation(breaks('vpcConfig.subnetIds', '[]', 'have length greater than or equal to 1')),
  },
  {
    name: 'too few vCPUs',
    call: () => create('new', { CapacityProviderScalingConfig: { MaxVCpuCount: 1 } }),
    expected: validation(
      breaks('capacityProviderScalingConfig.maxVCpuCount', '1', 'have value greater than or equal to 2'),
    ),
  },
  {
    name: 'types of instances that are allowed and others that are not',
    call: () =>
      create('new', { InstanceRequirements: { AllowedInstanceTypes: ['m7i.*'], ExcludedInstanceTypes: ['c7i.*'] } }),
    expected: invalid('AllowedInstanceTypes and ExcludedInstanceTypes cannot be specified together.'),
  },
  {
    name: 'scaling by hand without policies',
    call: () => create('new', { CapacityProviderScalingConfig: { ScalingMode: 'Manual' } }),
    expected: invalid('ScalingPolicies are required when ScalingMode is Manual.'),
  },
  {
    name: 'policies of automatic scaling',
    call: () => create('new', { CapacityProviderScalingConfig: { ScalingPolicies: policies } }),
    expected: invalid('ScalingPolicies are not supported when ScalingMode is Auto.'),
  },
  {
    name: 'an operator role that is not there',
    call: () =>
      create('new', {
        PermissionsConfig: { CapacityProviderOperatorRoleArn: `arn:aws:iam::${ACCOUNT}:role/missing` },
      }),
    expected: invalid('The operator role defined for the capacity provider cannot be assumed by Lambda.'),
  },
  {
    name: 'an unknown state',
    call: () => client.listCapacityProviders({ State: 'Gone' as never }),
    expected: validation(breaks('state', 'Gone', 'satisfy enum value set: [Pending, Active, Failed, Deleting]')),
  },
  {
    name: 'a marker that is none',
    call: () => client.listCapacityProviders({ Marker: 'nonsense' }),
    expected: invalid('The provided marker is invalid.'),
  },
]

for (const { name, call, expected } of refused)
  test(`${name} is refused`, async () => assert.deepEqual(await refusalOf(call()), expected))

const allow = (Action: string, Resource = '*', Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
})
const refusal = (user: string, action: string, resource: string) =>
  denied(
    `User: arn:aws:iam::${ACCOUNT}:user/${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  )

test('an operator role is passed on only by who may pass it', async () => {
  const as = { ...server, credentials: await createUser(server, 'passing', allow('lambda:*')) }
  const PermissionsConfig = { CapacityProviderOperatorRoleArn: role }
  const send = () =>
    lambdaOf(as).createCapacityProvider({
      CapacityProviderName: 'passed',
      VpcConfig: VPC,
      PermissionsConfig,
    })
  assert.deepEqual(await refusalOf(send()), refusal('passing', 'iam:PassRole', role))
})

test('subnets, security groups and tags decide who may create which provider', async () => {
  const condition = {
    'ForAllValues:StringEquals': { 'lambda:SubnetIds': ['subnet-1', 'subnet-2'], 'lambda:SecurityGroupIds': ['sg-1'] },
    StringEquals: { 'aws:RequestTag/team': 'dev' },
  }
  const user = await createUser(
    server,
    'networker',
    allow('lambda:CreateCapacityProvider', '*', condition),
    allow('lambda:TagResource'),
    allow('iam:PassRole'),
  )
  const mine = lambdaOf(server, user)
  const send = (change: Partial<CreateCapacityProviderCommandInput>) =>
    mine.createCapacityProvider({
      CapacityProviderName: 'conditional',
      VpcConfig: VPC,
      PermissionsConfig: { CapacityProviderOperatorRoleArn: role },
      Tags: { team: 'dev' },
      ...change,
    })
  const expected = refusal('networker', 'lambda:CreateCapacityProvider', providerArn('conditional'))
  assert.deepEqual(await refusalOf(send({ VpcConfig: { ...VPC, SubnetIds: ['subnet-9'] } })), expected)
  assert.deepEqual(await refusalOf(send({ VpcConfig: { ...VPC, SecurityGroupIds: ['sg-9'] } })), expected)
  assert.deepEqual(await refusalOf(send({ Tags: { team: 'other' } })), expected)
  assert.equal((await send({})).$metadata.httpStatusCode, 202)
})

test('the tags of a provider decide who may do something with it', async () => {
  const { arn: Resource } = await create('guarded')
  const ofTeam = { StringEquals: { 'aws:ResourceTag/team': 'dev' } }
  const user = await createUser(server, 'teammate', allow('lambda:*', '*', ofTeam))
  const mine = lambdaOf(server, user)
  const look = () => mine.getCapacityProvider({ CapacityProviderName: 'guarded' })
  assert.deepEqual(await refusalOf(look()), refusal('teammate', 'lambda:GetCapacityProvider', Resource))
  await client.tagResource({ Resource, Tags: { team: 'dev' } })
  assert.equal((await look()).CapacityProvider?.CapacityProviderArn, Resource)
  assert.deepEqual((await mine.listTags({ Resource })).Tags, { team: 'dev' })
})

test('a provider is there after a restart', async () => {
  const own = await startTestServer()
  await createProvider(own, 'kept', { Tags: { a: 'b' } })
  await own.kill()
  await using again = await startTestServer({ dataDirectory: own.dataDirectory })
  const { Tags } = await lambdaTags(again)
  assert.deepEqual(Tags, { a: 'b' })
  await own[Symbol.asyncDispose]()
})

const lambdaTags = (of: TestServer) => lambdaOf(of).listTags({ Resource: providerArn('kept') })
