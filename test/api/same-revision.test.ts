import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AddLayerVersionPermissionCommand,
  AddPermissionCommand,
  CreateAliasCommand,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  GetLayerVersionPolicyCommand,
  GetPolicyCommand,
  type LambdaClient,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutResourcePolicyCommand,
  RemoveLayerVersionPermissionCommand,
  RemovePermissionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient, policy, untilUpdated } from '../support/clients.ts'
import { answering, arnOf, describeAs } from '../support/functions.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { zipOf } from '../support/zip.ts'

// Whoever writes says which revision he has read: of those who have read the same one, one is heard.

const WRITERS = 24
const FunctionName = 'written'

let server: TestServer
let client: LambdaClient
before(async () => {
  server = await startTestServer()
  client = lambdaClient(server)
  await createFunction(server, { FunctionName, code: answering('') })
  await client.send(new CreateAliasCommand({ ...alias, FunctionVersion: '$LATEST' }))
  const Content = { ZipFile: zipOf({ 'text.txt': 'text' }) }
  await client.send(new PublishLayerVersionCommand({ LayerName: layer.LayerName, Content }))
  for (let writer = 0; writer < WRITERS; writer++) {
    await client.send(new AddPermissionCommand({ FunctionName, StatementId: kept(writer), ...permission }))
    await client.send(new AddLayerVersionPermissionCommand({ ...layer, StatementId: kept(writer), ...layerPermission }))
  }
})
after(() => server[Symbol.asyncDispose]())

const alias = { FunctionName, Name: 'live' }
const layer = { LayerName: 'written', VersionNumber: 1 }
/** One to be removed by each writer. */
const kept = (writer: number) => `kept${writer}`
const layerPermission = { Action: 'lambda:GetLayerVersion', Principal: '*' }
const permission = { Action: 'lambda:InvokeFunction', Principal: 'sns.amazonaws.com' }

type Write = (writer: number, RevisionId: string | undefined) => Promise<unknown>

const write = {
  UpdateFunctionCode: (writer, RevisionId) => {
    const ZipFile = zipOf(answering(`writer ${writer}`))
    return client.send(new UpdateFunctionCodeCommand({ FunctionName, RevisionId, ZipFile }))
  },
  UpdateFunctionConfiguration: (writer, RevisionId) => {
    const Description = `writer ${writer}`
    return client.send(new UpdateFunctionConfigurationCommand({ FunctionName, RevisionId, Description }))
  },
  PublishVersion: (writer, RevisionId) =>
    client.send(new PublishVersionCommand({ FunctionName, RevisionId, Description: `writer ${writer}` })),
  AddPermission: (writer, RevisionId) => {
    const StatementId = `writer${writer}`
    return client.send(new AddPermissionCommand({ FunctionName, RevisionId, StatementId, ...permission }))
  },
  RemovePermission: (writer, RevisionId) =>
    client.send(new RemovePermissionCommand({ FunctionName, RevisionId, StatementId: kept(writer) })),
  PutResourcePolicy: (writer, RevisionId) => {
    const ResourceArn = arnOf(FunctionName)
    const statement = { Effect: 'Allow', Principal: { Service: permission.Principal }, Action: permission.Action }
    const Policy = policy({ ...statement, Sid: `writer${writer}`, Resource: ResourceArn })
    return client.send(new PutResourcePolicyCommand({ ResourceArn, Policy, RevisionId }))
  },
  UpdateAlias: (writer, RevisionId) =>
    client.send(new UpdateAliasCommand({ ...alias, RevisionId, Description: `writer ${writer}` })),
  AddLayerVersionPermission: (writer, RevisionId) => {
    const statement = { StatementId: `writer${writer}`, ...layerPermission }
    return client.send(new AddLayerVersionPermissionCommand({ ...layer, RevisionId, ...statement }))
  },
  RemoveLayerVersionPermission: (writer, RevisionId) =>
    client.send(new RemoveLayerVersionPermissionCommand({ ...layer, RevisionId, StatementId: kept(writer) })),
} as const satisfies Readonly<Record<string, Write>>

const revisionOf = {
  function: () => client.send(new GetFunctionConfigurationCommand({ FunctionName })),
  policy: () => client.send(new GetPolicyCommand({ FunctionName })),
  alias: () => client.send(new GetAliasCommand(alias)),
  layerPolicy: () => client.send(new GetLayerVersionPolicyCommand(layer)),
} as const

interface Case {
  readonly of: keyof typeof revisionOf
  /** The writers take turns with them. */
  readonly writes: readonly (keyof typeof write)[]
}

const cases: readonly Case[] = [
  { of: 'function', writes: ['UpdateFunctionCode'] },
  { of: 'function', writes: ['UpdateFunctionConfiguration'] },
  { of: 'function', writes: ['UpdateFunctionCode', 'UpdateFunctionConfiguration'] },
  { of: 'function', writes: ['PublishVersion', 'UpdateFunctionCode', 'UpdateFunctionConfiguration'] },
  { of: 'function', writes: ['PublishVersion'] },
  { of: 'alias', writes: ['UpdateAlias'] },
  { of: 'policy', writes: ['AddPermission', 'RemovePermission'] },
  { of: 'policy', writes: ['PutResourcePolicy'] },
  { of: 'layerPolicy', writes: ['AddLayerVersionPermission', 'RemoveLayerVersionPermission'] },
]

for (const { of, writes } of cases)
  test(`of many who send ${writes.join(' or ')} with the same revision exactly one wins`, async () => {
    // Something new to publish.
    await describeAs(server, FunctionName, `before ${writes}`)
    const { RevisionId } = await revisionOf[of]()
    const attempts = Array.from({ length: WRITERS }, (_, writer) => {
      const operation = writes[writer % writes.length]
      assert.ok(operation)
      return write[operation](writer, RevisionId)
    })
    const outcomes = await Promise.allSettled(attempts)
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.name] : []))
    assert.equal(refused.length, WRITERS - 1)
    // Who comes while the winner's update is in progress hears of that instead.
    const others = refused.filter((name) => name !== 'PreconditionFailedException')
    if (of === 'function')
      assert.ok(
        others.every((name) => name === 'ResourceConflictException'),
        String(others),
      )
    else assert.deepEqual(others, [])
    await untilUpdated(server, FunctionName)
    assert.notEqual((await revisionOf[of]()).RevisionId, RevisionId)
  })
