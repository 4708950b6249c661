import { CreateAliasCommand, CreateCodeSigningConfigCommand } from '@aws-sdk/client-lambda'
import { lambdaService, type OperationName, structureNamed } from '#model'
import { createProvider, makeManaged, VPC } from './capacity-providers.ts'
import { createFunction, lambdaClient, policy, untilUpdated } from './clients.ts'
import { AllowedPublishers } from './code-signing-attempts.ts'
import { answering, arnOf, describeAs, publishVersion } from './functions.ts'
import { layerArnOf, publishLayer } from './layers.ts'
import { type RawAnswer, sendSigned } from './raw.ts'
import { restRequest } from './sample-requests.ts'
import { ACCOUNT, type TestServer } from './server.ts'
import { zipOf } from './zip.ts'

type Input = Readonly<Record<string, unknown>>
type Call = readonly [OperationName, Input]

/** The ARNs of two code signing configurations. */
export interface Made {
  readonly config: string
  readonly configToDelete: string
}

/**
 * The function `fn` with the versions 1 and 2 and the alias `live`, the layer `layer` with the version 1, and code
 * signing configurations; and the function `managed` with version 1 on a provider, beside one that is not used.
 */
export async function makeResources(server: TestServer): Promise<Made> {
  const client = lambdaClient(server)
  await createFunction(server, { FunctionName: 'fn', code: answering('answer') })
  await publishVersion(server, 'fn')
  await describeAs(server, 'fn', 'second')
  await publishVersion(server, 'fn')
  await client.send(new CreateAliasCommand({ FunctionName: 'fn', Name: 'live', FunctionVersion: '1' }))
  await publishLayer(server, { LayerName: 'layer' })
  await makeManaged(server)
  await createProvider(server, 'unused')
  const createConfig = async () => {
    const { CodeSigningConfig } = await client.send(new CreateCodeSigningConfigCommand({ AllowedPublishers }))
    return CodeSigningConfig?.CodeSigningConfigArn ?? ''
  }
  return { config: await createConfig(), configToDelete: await createConfig() }
}

/** A request that is granted when the resources are made. The function is left out: `aboutFunction` says it. */
export interface Granted {
  readonly input: Input
  /** What it takes to be granted, and what makes it possible to ask again. */
  readonly before?: Call
  readonly after?: Call
}

const ZipFile = zipOf({ 'index.mjs': 'export const handler = async () => "answer"' }).toString('base64')
const layer = { LayerName: 'layer', VersionNumber: 1 }
const layerPermission = { ...layer, StatementId: 's', Action: 'lambda:GetLayerVersion', Principal: '*' }
const permission = { StatementId: 's', Action: 'lambda:InvokeFunction', Principal: 's3.amazonaws.com' }
const Policy = policy({
  Effect: 'Allow',
  Principal: { Service: 's3.amazonaws.com' },
  Action: 'lambda:InvokeFunction',
  Resource: arnOf('fn'),
})
const ofVersion = { Qualifier: '1' }

const allowLayer: Call = ['AddLayerVersionPermission', layerPermission]
const forbidLayer: Call = ['RemoveLayerVersionPermission', { ...layer, StatementId: 's' }]
const allow: Call = ['AddPermission', permission]
const forbid: Call = ['RemovePermission', { StatementId: 's' }]
const putEvents: Call = ['PutFunctionEventInvokeConfig', { MaximumRetryAttempts: 1 }]
const deleteEvents: Call = ['DeleteFunctionEventInvokeConfig', {}]
const createUrl: Call = ['CreateFunctionUrlConfig', { AuthType: 'AWS_IAM' }]
const deleteUrl: Call = ['DeleteFunctionUrlConfig', {}]
const provision: Call = ['PutProvisionedConcurrencyConfig', { ...ofVersion, ProvisionedConcurrentExecutions: 1 }]
const createProviderMade: Call = [
  'CreateCapacityProvider',
  {
    CapacityProviderName: 'made',
    VpcConfig: VPC,
    PermissionsConfig: { CapacityProviderOperatorRoleArn: `arn:aws:iam::${ACCOUNT}:role/test-role` },
  },
]
const deleteProvider: Call = ['DeleteCapacityProvider', { CapacityProviderName: 'made' }]
const ofManaged = { FunctionName: 'managed', Qualifier: '1' }
const release: Call = ['DeleteProvisionedConcurrencyConfig', ofVersion]

/** One for every operation that has a handler. */
export const granted = ({ config: CodeSigningConfigArn, configToDelete }: Made): Readonly<Record<string, Granted>> => ({
  AddLayerVersionPermission: { input: layerPermission, after: forbidLayer },
  AddPermission: { input: permission, after: forbid },
  CreateAlias: { input: { Name: 'made', FunctionVersion: '1' }, after: ['DeleteAlias', { Name: 'made' }] },
  CreateCapacityProvider: { input: createProviderMade[1], after: deleteProvider },
  CreateCodeSigningConfig: { input: { AllowedPublishers } },
  CreateFunction: {
    input: {
      FunctionName: 'made',
      Role: `arn:aws:iam::${ACCOUNT}:role/test-role`,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile },
    },
    after: ['DeleteFunction', { FunctionName: 'made' }],
  },
  CreateFunctionUrlConfig: { input: createUrl[1], after: deleteUrl },
  DeleteAlias: { input: { Name: 'gone' } },
  DeleteCapacityProvider: { input: deleteProvider[1], before: createProviderMade },
  DeleteCodeSigningConfig: { input: { CodeSigningConfigArn: configToDelete } },
  // What is not there is deleted too.
  DeleteFunction: { input: { Qualifier: '9' } },
  DeleteFunctionCodeSigningConfig: { input: {} },
  DeleteFunctionConcurrency: { input: {} },
  DeleteFunctionEventInvokeConfig: { input: {}, before: putEvents },
  DeleteFunctionUrlConfig: { input: {}, before: createUrl },
  DeleteLayerVersion: { input: { ...layer, VersionNumber: 9 } },
  DeleteProvisionedConcurrencyConfig: { input: ofVersion },
  DeleteResourcePolicy: { input: { ResourceArn: arnOf('fn') }, before: allow },
  GetAccountSettings: { input: {} },
  GetAlias: { input: { Name: 'live' } },
  GetCapacityProvider: { input: { CapacityProviderName: 'provider' } },
  GetCodeSigningConfig: { input: { CodeSigningConfigArn } },
  GetFunction: { input: {} },
  GetFunctionCodeSigningConfig: { input: {} },
  GetFunctionConcurrency: { input: {} },
  GetFunctionConfiguration: { input: {} },
  GetFunctionEventInvokeConfig: { input: {}, before: putEvents, after: deleteEvents },
  GetFunctionRecursionConfig: { input: {} },
  GetFunctionScalingConfig: { input: ofManaged },
  GetFunctionUrlConfig: { input: {}, before: createUrl, after: deleteUrl },
  GetLayerVersion: { input: layer },
  GetLayerVersionByArn: { input: { Arn: layerArnOf('layer:1') } },
  GetLayerVersionPolicy: { input: layer, before: allowLayer, after: forbidLayer },
  GetPolicy: { input: {}, before: allow, after: forbid },
  GetProvisionedConcurrencyConfig: { input: ofVersion, before: provision, after: release },
  GetResourcePolicy: { input: { ResourceArn: arnOf('fn') }, before: allow, after: forbid },
  GetRuntimeManagementConfig: { input: {} },
  Invoke: { input: { Payload: '{}' } },
  InvokeAsync: { input: { InvokeArgs: '{}' } },
  InvokeWithResponseStream: { input: { Payload: '{}' } },
  ListAliases: { input: {} },
  ListCapacityProviders: { input: {} },
  ListCodeSigningConfigs: { input: {} },
  ListFunctionEventInvokeConfigs: { input: {} },
  ListFunctionUrlConfigs: { input: {} },
  ListFunctionVersionsByCapacityProvider: { input: { CapacityProviderName: 'provider' } },
  ListFunctions: { input: {} },
  ListFunctionsByCodeSigningConfig: { input: { CodeSigningConfigArn } },
  ListLayerVersions: { input: { LayerName: 'layer' } },
  ListLayers: { input: {} },
  ListProvisionedConcurrencyConfigs: { input: {} },
  ListTags: { input: { Resource: arnOf('fn') } },
  ListVersionsByFunction: { input: {} },
  PublishLayerVersion: { input: { LayerName: 'made', Content: { ZipFile } } },
  // Nothing is new: the second version again.
  PublishVersion: { input: {} },
  PutFunctionCodeSigningConfig: {
    input: { CodeSigningConfigArn },
    after: ['DeleteFunctionCodeSigningConfig', {}],
  },
  PutFunctionConcurrency: {
    input: { ReservedConcurrentExecutions: 1 },
    after: ['DeleteFunctionConcurrency', {}],
  },
  PutFunctionEventInvokeConfig: { input: putEvents[1], after: deleteEvents },
  PutFunctionRecursionConfig: { input: { RecursiveLoop: 'Terminate' } },
  PutFunctionScalingConfig: { input: ofManaged, after: ['PutFunctionScalingConfig', ofManaged] },
  PutProvisionedConcurrencyConfig: { input: provision[1], after: release },
  PutResourcePolicy: {
    input: { ResourceArn: arnOf('fn'), Policy },
    after: ['DeleteResourcePolicy', { ResourceArn: arnOf('fn') }],
  },
  PutRuntimeManagementConfig: { input: { UpdateRuntimeOn: 'Auto' } },
  RemoveLayerVersionPermission: { input: forbidLayer[1], before: allowLayer },
  RemovePermission: { input: forbid[1], before: allow },
  TagResource: { input: { Resource: arnOf('fn'), Tags: { a: 'b' } } },
  UntagResource: { input: { Resource: arnOf('fn'), TagKeys: ['a'] } },
  UpdateAlias: { input: { Name: 'live' } },
  UpdateCapacityProvider: { input: { CapacityProviderName: 'unused' } },
  UpdateCodeSigningConfig: { input: { CodeSigningConfigArn, Description: 'described' } },
  UpdateFunctionCode: { input: { ZipFile, DryRun: true } },
  UpdateFunctionConfiguration: { input: { Timeout: 10 } },
  UpdateFunctionEventInvokeConfig: { input: putEvents[1], before: putEvents, after: deleteEvents },
  UpdateFunctionUrlConfig: { input: {}, before: createUrl, after: deleteUrl },
})

export interface Address {
  readonly FunctionName: string
  readonly Qualifier?: string
}

const fn: Address = { FunctionName: 'fn' }

/** The members of an operation's input. */
export function membersOf(operation: string): readonly string[] {
  const { input } = lambdaService.operations[operation] ?? {}
  return input === undefined ? [] : Object.keys(structureNamed(lambdaService, input).members)
}

/** The input with the function, as the operation takes it: the qualifier in a member of its own, or behind the name. */
export function aboutFunction(operation: string, input: Input, { FunctionName, Qualifier }: Address = fn): Input {
  const members = membersOf(operation)
  if (!members.includes('FunctionName') || operation === 'CreateFunction') return input
  if (Qualifier === undefined) return { FunctionName, ...input }
  if (members.includes('Qualifier')) return { ...input, FunctionName, Qualifier }
  return { ...input, FunctionName: `${FunctionName}:${Qualifier}` }
}

const isSettling = /^(CreateFunction|UpdateFunctionConfiguration)$/

/** The answer to a request that differs from the granted one in `change`, between what comes before and after it. */
export async function ask(
  server: TestServer,
  operation: string,
  { input, before, after }: Granted,
  change: Input = {},
  address?: Address,
): Promise<RawAnswer> {
  const send = (name: string, what: Input) => sendSigned(server, restRequest(name, aboutFunction(name, what, address)))
  if (before) await send(...before)
  const asked = { ...aboutFunction(operation, input, address), ...change }
  const answer = await sendSigned(server, restRequest(operation, asked))
  // A function that is made or changed goes on changing by itself for a moment.
  if (isSettling.test(operation) && answer.status < 300) await untilUpdated(server, String(answer.body.FunctionName))
  if (after) await send(...after)
  return answer
}
