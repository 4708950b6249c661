import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionConcurrencyCommand,
  GetAccountSettingsCommand,
  GetAliasCommand,
  GetFunctionConcurrencyCommand,
  InvokeAsyncCommand,
  type LambdaClient,
  ListAliasesCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda'
import { arnOf } from './functions.ts'

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

/** About versions and aliases, tags and concurrency of the function `target`; each leaves what the next needs. */
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
  InvokeAsync: {
    action: 'lambda:InvokeAsync',
    resource: arnOf('target:live'),
    send: (client) => client.send(new InvokeAsyncCommand({ FunctionName: 'target:live', InvokeArgs: '{}' })),
  },
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
  GetAccountSettings: {
    action: 'lambda:GetAccountSettings',
    resource: '*',
    send: (client) => client.send(new GetAccountSettingsCommand({})),
  },
}

function attempt(operation: string, send: Attempt['send']): Attempt {
  return { action: `lambda:${operation}`, resource: Resource, send }
}
