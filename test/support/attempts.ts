import {
  AddLayerVersionPermissionCommand,
  AddPermissionCommand,
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteLayerVersionCommand,
  DeleteResourcePolicyCommand,
  GetAccountSettingsCommand,
  GetAliasCommand,
  GetFunctionConcurrencyCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  GetPolicyCommand,
  GetResourcePolicyCommand,
  InvokeAsyncCommand,
  type LambdaClient,
  ListAliasesCommand,
  ListLayersCommand,
  ListLayerVersionsCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutResourcePolicyCommand,
  RemoveLayerVersionPermissionCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda'
import { policy } from './clients.ts'
import { arnOf } from './functions.ts'
import { layerArnOf } from './layers.ts'
import { zipOf } from './zip.ts'

/** A call that is allowed by one action on one resource. */
export interface Attempt {
  readonly action: string
  /** A function for one that is not known before the test runs. */
  readonly resource: string | (() => string)
  readonly send: (client: LambdaClient) => Promise<unknown>
  /** Allowed beside the action itself, so that the whole operation succeeds. */
  readonly also?: readonly object[]
}

const FunctionName = 'target'
const Resource = arnOf('target')
const alias = { FunctionName, Name: 'live' }
const liveAlias = { FunctionName, Qualifier: 'live' }
const Policy = policy({
  Effect: 'Allow',
  Principal: { Service: 'sns.amazonaws.com' },
  Action: 'lambda:InvokeFunction',
  Resource: arnOf('target:live'),
})
const layer = { LayerName: 'shared', VersionNumber: 1 }
const ZipFile = zipOf({ 'text.txt': 'text' })

/** About versions and aliases, tags and concurrency of the function `target`, and layers; each leaves what the next needs. */
export const attemptsAtTarget: Readonly<Record<string, Attempt>> = {
  PublishVersion: attempt('PublishVersion', (client) => client.send(new PublishVersionCommand({ FunctionName }))),
  ListVersionsByFunction: attempt('ListVersionsByFunction', (client) =>
    client.send(new ListVersionsByFunctionCommand({ FunctionName })),
  ),
  CreateAlias: attempt('CreateAlias', (client) =>
    client.send(new CreateAliasCommand({ ...alias, FunctionVersion: '1' })),
  ),
  GetAlias: attempt('GetAlias', (client) => client.send(new GetAliasCommand(alias))),
  UpdateAlias: attempt('UpdateAlias', (client) => client.send(new UpdateAliasCommand(alias))),
  ListAliases: attempt('ListAliases', (client) => client.send(new ListAliasesCommand({ FunctionName }))),
  InvokeAsync: atAlias('InvokeAsync', (client) =>
    client.send(new InvokeAsyncCommand({ FunctionName: 'target:live', InvokeArgs: '{}' })),
  ),
  AddPermission: atAlias('AddPermission', (client) =>
    client.send(
      new AddPermissionCommand({ ...liveAlias, StatementId: 's', Action: 'lambda:*', Principal: 'sns.amazonaws.com' }),
    ),
  ),
  GetPolicy: atAlias('GetPolicy', (client) => client.send(new GetPolicyCommand(liveAlias))),
  RemovePermission: atAlias('RemovePermission', (client) =>
    client.send(new RemovePermissionCommand({ ...liveAlias, StatementId: 's' })),
  ),
  PutResourcePolicy: atAlias('PutResourcePolicy', (client) =>
    client.send(new PutResourcePolicyCommand({ ResourceArn: arnOf('target:live'), Policy })),
  ),
  GetResourcePolicy: atAlias('GetResourcePolicy', (client) =>
    client.send(new GetResourcePolicyCommand({ ResourceArn: arnOf('target:live') })),
  ),
  DeleteResourcePolicy: atAlias('DeleteResourcePolicy', (client) =>
    client.send(new DeleteResourcePolicyCommand({ ResourceArn: arnOf('target:live') })),
  ),
  DeleteAlias: attempt('DeleteAlias', (client) => client.send(new DeleteAliasCommand(alias))),
  TagResource: attempt('TagResource', (client) => client.send(new TagResourceCommand({ Resource, Tags: { a: 'b' } }))),
  ListTags: attempt('ListTags', (client) => client.send(new ListTagsCommand({ Resource }))),
  UntagResource: attempt('UntagResource', (client) =>
    client.send(new UntagResourceCommand({ Resource, TagKeys: ['a'] })),
  ),
  PutFunctionConcurrency: attempt('PutFunctionConcurrency', (client) =>
    client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 10 })),
  ),
  GetFunctionConcurrency: attempt('GetFunctionConcurrency', (client) =>
    client.send(new GetFunctionConcurrencyCommand({ FunctionName })),
  ),
  DeleteFunctionConcurrency: attempt('DeleteFunctionConcurrency', (client) =>
    client.send(new DeleteFunctionConcurrencyCommand({ FunctionName })),
  ),
  PublishLayerVersion: {
    action: 'lambda:PublishLayerVersion',
    resource: layerArnOf('shared'),
    send: (client) => client.send(new PublishLayerVersionCommand({ LayerName: 'shared', Content: { ZipFile } })),
  },
  GetLayerVersion: {
    action: 'lambda:GetLayerVersion',
    resource: layerArnOf('shared:1'),
    send: (client) => client.send(new GetLayerVersionCommand(layer)),
  },
  GetLayerVersionByArn: {
    action: 'lambda:GetLayerVersion',
    resource: layerArnOf('shared:1'),
    send: (client) => client.send(new GetLayerVersionByArnCommand({ Arn: layerArnOf('shared:1') })),
  },
  ListLayers: {
    action: 'lambda:ListLayers',
    resource: '*',
    send: (client) => client.send(new ListLayersCommand({})),
  },
  ListLayerVersions: {
    action: 'lambda:ListLayerVersions',
    resource: '*',
    send: (client) => client.send(new ListLayerVersionsCommand({ LayerName: 'shared' })),
  },
  AddLayerVersionPermission: {
    action: 'lambda:AddLayerVersionPermission',
    resource: layerArnOf('shared:1'),
    send: (client) =>
      client.send(
        new AddLayerVersionPermissionCommand({
          ...layer,
          StatementId: 's',
          Action: 'lambda:GetLayerVersion',
          Principal: '*',
        }),
      ),
  },
  GetLayerVersionPolicy: {
    action: 'lambda:GetLayerVersionPolicy',
    resource: layerArnOf('shared:1'),
    send: (client) => client.send(new GetLayerVersionPolicyCommand(layer)),
  },
  RemoveLayerVersionPermission: {
    action: 'lambda:RemoveLayerVersionPermission',
    resource: layerArnOf('shared:1'),
    send: (client) => client.send(new RemoveLayerVersionPermissionCommand({ ...layer, StatementId: 's' })),
  },
  DeleteLayerVersion: {
    action: 'lambda:DeleteLayerVersion',
    resource: layerArnOf('shared:1'),
    send: (client) => client.send(new DeleteLayerVersionCommand(layer)),
  },
  GetAccountSettings: {
    action: 'lambda:GetAccountSettings',
    resource: '*',
    send: (client) => client.send(new GetAccountSettingsCommand({})),
  },
}

function attempt(operation: string, send: Attempt['send']): Attempt {
  return { action: `lambda:${operation}`, resource: Resource, send }
}

function atAlias(operation: string, send: Attempt['send']): Attempt {
  return { action: `lambda:${operation}`, resource: arnOf('target:live'), send }
}
