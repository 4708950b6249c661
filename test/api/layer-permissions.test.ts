import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AddLayerVersionPermissionCommand,
  type AddLayerVersionPermissionCommandInput,
  CreateFunctionCommand,
  DeleteLayerVersionCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  RemoveLayerVersionPermissionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import {
  allowUser,
  createFunction,
  createUser,
  executionRole,
  invoke,
  lambdaClient,
  untilActive,
  untilUpdated,
} from '../support/clients.ts'
import { layerArnOf, publishLayer } from '../support/layers.ts'
import {
  conflict,
  denied,
  notFound,
  type Refusal,
  refusalOf,
  revisionMismatch,
  validation,
} from '../support/refusal.ts'
import { ACCOUNT, inAccount, startTestServer, type TestServer } from '../support/server.ts'
import { zipOf } from '../support/zip.ts'

const GUEST = '222222222222'
const ORGANIZATION = 'o-a1b2c3d4e5'

let server: TestServer
let guest: TestServer
before(async () => {
  server = await startTestServer({ args: ['--accounts', GUEST, '--organization', ORGANIZATION] })
  guest = inAccount(server, GUEST)
  await publishLayer(server, { LayerName: 'bare' })
})
after(() => server[Symbol.asyncDispose]())

const action = 'lambda:GetLayerVersion'
const add = async (LayerName: string, input: Partial<AddLayerVersionPermissionCommandInput> = {}) => {
  const { Statement, RevisionId } = await lambdaClient(server).send(
    new AddLayerVersionPermissionCommand({
      LayerName,
      VersionNumber: 1,
      StatementId: 's1',
      Action: action,
      Principal: '*',
      ...input,
    }),
  )
  return { statement: JSON.parse(Statement ?? ''), text: Statement, revisionId: RevisionId }
}
const get = async (LayerName: string, VersionNumber = 1) => {
  const { Policy, RevisionId } = await lambdaClient(server).send(
    new GetLayerVersionPolicyCommand({ LayerName, VersionNumber }),
  )
  return { text: Policy, document: JSON.parse(Policy ?? ''), revisionId: RevisionId }
}
const remove = (LayerName: string, StatementId = 's1', input: object = {}) =>
  lambdaClient(server).send(
    new RemoveLayerVersionPermissionCommand({ LayerName, VersionNumber: 1, StatementId, ...input }),
  )

const noPolicy = notFound('No policy is associated with the given resource.')
const mismatch = revisionMismatch('GetLayerPolicy')

test('a permission of a layer version is shown as it is kept, under a revision of its own', async () => {
  await publishLayer(server, { LayerName: 'shown' })
  const first = await add('shown')
  const text = `{"Sid":"s1","Effect":"Allow","Principal":"*","Action":"lambda:GetLayerVersion","Resource":"${layerArnOf('shown:1')}"}`
  assert.equal(first.text, text)
  const shown = await get('shown')
  assert.equal(shown.text, `{"Version":"2012-10-17","Id":"default","Statement":[${text}]}`)
  assert.equal(shown.revisionId, first.revisionId)
  const second = await add('shown', {
    StatementId: 's2',
    Principal: GUEST,
    OrganizationId: ORGANIZATION,
    RevisionId: first.revisionId,
  })
  assert.deepEqual(second.statement.Principal, { AWS: `arn:aws:iam::${GUEST}:root` })
  assert.deepEqual(second.statement.Condition, { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION } })
  assert.notEqual(second.revisionId, first.revisionId)
  await remove('shown', 's1', { RevisionId: second.revisionId })
  assert.equal((await get('shown')).document.Statement.length, 1)
  await remove('shown', 's2')
  assert.deepEqual(await refusalOf(get('shown')), noPolicy)
})

const missing = (name: string) => notFound(`Layer version ${layerArnOf(name)} does not exist.`)
const refusals: readonly { name: string; call: () => Promise<unknown>; refusal: Refusal }[] = [
  { name: 'reading without a policy', call: () => get('bare'), refusal: noPolicy },
  { name: 'removing without a policy', call: () => remove('bare'), refusal: noPolicy },
  {
    name: 'adding every action',
    call: () => add('bare', { Action: '*' }),
    refusal: validation(
      "Value '*' at 'action' failed to satisfy constraint: Member must satisfy regular expression pattern: lambda:GetLayerVersion",
    ),
  },
  { name: 'adding to no layer', call: () => add('doesnotexist'), refusal: missing('doesnotexist:1') },
  { name: 'reading of no layer', call: () => get('doesnotexist'), refusal: missing('doesnotexist:1') },
  { name: 'removing from no layer', call: () => remove('doesnotexist'), refusal: missing('doesnotexist:1') },
  { name: 'adding to no version', call: () => add('bare', { VersionNumber: 2 }), refusal: missing('bare:2') },
  { name: 'reading of no version', call: () => get('bare', 2), refusal: missing('bare:2') },
  {
    name: 'removing from no version',
    call: () => remove('bare', 's1', { VersionNumber: 2 }),
    refusal: missing('bare:2'),
  },
  {
    name: 'adding in a revision where there is none',
    call: () => add('bare', { RevisionId: 'wrong' }),
    refusal: mismatch,
  },
  {
    name: 'adding the same statement again',
    call: async () => {
      await publishLayer(server, { LayerName: 'twice' })
      await add('twice')
      await add('twice')
    },
    refusal: conflict(
      'The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement.',
    ),
  },
  {
    name: 'adding in another revision',
    call: () => add('twice', { StatementId: 's2', RevisionId: 'wrong' }),
    refusal: mismatch,
  },
  {
    name: 'removing in another revision',
    call: () => remove('twice', 's1', { RevisionId: 'wrong' }),
    refusal: mismatch,
  },
  {
    name: 'removing what is not there',
    call: () => remove('twice', 'doesnotexist'),
    refusal: notFound('Statement doesnotexist is not found in resource policy.'),
  },
]

for (const { name, call, refusal } of refusals) {
  test(`${name} is refused: ${refusal.message}`, async () => assert.deepEqual(await refusalOf(call()), refusal))
}

test('of permissions that are added at the same time none is lost', async () => {
  await publishLayer(server, { LayerName: 'crowded' })
  await Promise.all(Array.from({ length: 30 }, (_, i) => add('crowded', { StatementId: `s${i}` })))
  assert.equal((await get('crowded')).document.Statement.length, 30)
})

test('a policy is of one version, goes with it, and is not that of the next', async () => {
  await publishLayer(server, { LayerName: 'leaving' })
  await add('leaving')
  await publishLayer(server, { LayerName: 'leaving' })
  assert.deepEqual(await refusalOf(get('leaving', 2)), noPolicy)
  await lambdaClient(server).send(new DeleteLayerVersionCommand({ LayerName: 'leaving', VersionNumber: 1 }))
  assert.deepEqual(await refusalOf(get('leaving')), missing('leaving:1'))
  const call = lambdaClient(guest).send(new GetLayerVersionByArnCommand({ Arn: layerArnOf('leaving:1') }))
  assert.equal((await refusalOf(call)).code, 'AccessDeniedException')
})

const notAllowed = (who: string, arn: string, kind: string) =>
  denied(
    `User: ${who} is not authorized to perform: ${action} on resource: ${arn} because no ${kind}-based policy allows the ${action} action`,
  )

test('another account gets a layer version and uses it when its policy says so', async () => {
  await publishLayer(server, { LayerName: 'shared', files: { 'text.txt': 'from the layer' } })
  const arn = layerArnOf('shared:1')
  const root = `arn:aws:iam::${GUEST}:root`
  const client = lambdaClient(guest)
  const read = () => client.send(new GetLayerVersionCommand({ LayerName: layerArnOf('shared'), VersionNumber: 1 }))
  const readByArn = () => client.send(new GetLayerVersionByArnCommand({ Arn: arn }))
  const Role = await executionRole(guest)
  const code = {
    'index.mjs':
      "import { readFileSync } from 'node:fs'; export const handler = async () => readFileSync('/opt/text.txt', 'utf8')",
  }
  const create = () =>
    client.send(
      new CreateFunctionCommand({
        FunctionName: 'borrowing',
        Role,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: zipOf(code) },
        Layers: [arn],
      }),
    )
  await createFunction(guest, { FunctionName: 'updated', code })
  const update = () => client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'updated', Layers: [arn] }))
  const calls = [read, readByArn, create, update]
  for (const call of calls) assert.deepEqual(await refusalOf(call()), notAllowed(root, arn, 'resource'))
  await add('shared', { Principal: '333333333333' })
  for (const call of calls) assert.deepEqual(await refusalOf(call()), notAllowed(root, arn, 'resource'))
  await add('shared', { StatementId: 'guest', Principal: GUEST, OrganizationId: ORGANIZATION })
  for (const call of calls) await call()
  await untilActive(guest, 'borrowing')
  await untilUpdated(guest, 'updated')
  for (const name of ['borrowing', 'updated']) assert.equal((await invoke(guest, name)).payload, 'from the layer')

  const visitor = lambdaClient(guest, await createUser(guest, 'visitor'))
  const visit = () => visitor.send(new GetLayerVersionByArnCommand({ Arn: arn }))
  assert.deepEqual(await refusalOf(visit()), notAllowed(`arn:aws:iam::${GUEST}:user/visitor`, arn, 'identity'))
  await allowUser(guest, 'visitor', { Effect: 'Allow', Action: action, Resource: arn })
  assert.equal((await visit()).Version, 1)
  await remove('shared', 'guest')
  assert.deepEqual(await refusalOf(visit()), notAllowed(`arn:aws:iam::${GUEST}:user/visitor`, arn, 'resource'))
  // What a function uses it keeps.
  assert.equal((await invoke(guest, 'borrowing')).payload, 'from the layer')
})

test('at home the policy of a layer version alone is enough', async () => {
  await publishLayer(server, { LayerName: 'home' })
  const client = lambdaClient(server, await createUser(server, 'reader'))
  const read = () => client.send(new GetLayerVersionCommand({ LayerName: 'home', VersionNumber: 1 }))
  const reader = `arn:aws:iam::${ACCOUNT}:user/reader`
  assert.deepEqual(await refusalOf(read()), notAllowed(reader, layerArnOf('home:1'), 'identity'))
  await add('home')
  assert.equal((await read()).Version, 1)
  await remove('home')
  assert.deepEqual(await refusalOf(read()), notAllowed(reader, layerArnOf('home:1'), 'identity'))
})

test('policies of layer versions outlive the server', async () => {
  await using first = await startTestServer()
  await publishLayer(first, { LayerName: 'kept' })
  const input = { LayerName: 'kept', VersionNumber: 1 }
  const { RevisionId } = await lambdaClient(first).send(
    new AddLayerVersionPermissionCommand({ ...input, StatementId: 's', Action: action, Principal: '*' }),
  )
  await first.stop()
  await using second = await startTestServer({ dataDirectory: first.dataDirectory })
  const kept = await lambdaClient(second).send(new GetLayerVersionPolicyCommand(input))
  assert.equal(kept.RevisionId, RevisionId)
})
