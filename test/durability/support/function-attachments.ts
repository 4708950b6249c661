import { randomInt } from 'node:crypto'
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  DeleteAliasCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteFunctionEventInvokeConfigCommand,
  DeleteFunctionUrlConfigCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda'
import { arnOf } from '../../support/functions.ts'
import type { FunctionState } from './function-state.ts'
import type { MakeChange } from './function-subject.ts'
import { possible, unique, without } from './subject.ts'

const ALIASES = ['a', 'b', 'c']
const MOST_PERMISSIONS = 8

/** Changes of what hangs on a function. */
export const attachmentChanges = (FunctionName: string, state: FunctionState, change: MakeChange) => [
  ...aliasChanges(FunctionName, state, change),
  ...permissionChanges(FunctionName, state, change),
  ...concurrencyChanges(FunctionName, state, change),
  ...eventChanges(FunctionName, state, change),
  ...urlChanges(FunctionName, state, change),
  ...tagChanges(FunctionName, state, change),
]

function aliasChanges(FunctionName: string, { versions, aliases }: FunctionState, change: MakeChange) {
  const FunctionVersion = oneOf(Object.keys(versions))
  const Name = oneOf(ALIASES)
  if (FunctionVersion === undefined || Name === undefined) return []
  const input = { FunctionName, Name, FunctionVersion }
  const pointing = { aliases: { ...aliases, [Name]: FunctionVersion } }
  if (aliases[Name] === undefined)
    return [change('CreateAlias', (client) => client.send(new CreateAliasCommand(input)), pointing)]
  return [
    change('UpdateAlias', (client) => client.send(new UpdateAliasCommand(input)), pointing),
    change('DeleteAlias', (client) => client.send(new DeleteAliasCommand(input)), { aliases: without(aliases, Name) }),
  ]
}

function permissionChanges(FunctionName: string, { permissions }: FunctionState, change: MakeChange) {
  const StatementId = unique('statement')
  const [first] = permissions
  const input = { FunctionName, StatementId, Action: 'lambda:InvokeFunction', Principal: 'sns.amazonaws.com' }
  return possible(
    permissions.length < MOST_PERMISSIONS &&
      change('AddPermission', (client) => client.send(new AddPermissionCommand(input)), {
        permissions: [...permissions, StatementId],
      }),
    first !== undefined &&
      change(
        'RemovePermission',
        (client) => client.send(new RemovePermissionCommand({ FunctionName, StatementId: first })),
        { permissions: permissions.slice(1) },
      ),
  )
}

function concurrencyChanges(FunctionName: string, { reserved }: FunctionState, change: MakeChange) {
  const executions = randomInt(10)
  const input = { FunctionName, ReservedConcurrentExecutions: executions }
  return possible(
    change('PutFunctionConcurrency', (client) => client.send(new PutFunctionConcurrencyCommand(input)), {
      reserved: executions,
    }),
    reserved !== undefined &&
      change('DeleteFunctionConcurrency', (client) => client.send(new DeleteFunctionConcurrencyCommand(input)), {
        reserved: undefined,
      }),
  )
}

function eventChanges(FunctionName: string, { retries, recursion }: FunctionState, change: MakeChange) {
  const input = { FunctionName, MaximumRetryAttempts: randomInt(3) }
  const RecursiveLoop = recursion === 'Allow' ? 'Terminate' : 'Allow'
  return possible(
    change('PutFunctionEventInvokeConfig', (client) => client.send(new PutFunctionEventInvokeConfigCommand(input)), {
      retries: input.MaximumRetryAttempts,
    }),
    retries !== undefined &&
      change(
        'DeleteFunctionEventInvokeConfig',
        (client) => client.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName })),
        { retries: undefined },
      ),
    change(
      'PutFunctionRecursionConfig',
      (client) => client.send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop })),
      { recursion: RecursiveLoop },
    ),
  )
}

function urlChanges(FunctionName: string, { urlAuth }: FunctionState, change: MakeChange) {
  const AuthType = urlAuth === 'AWS_IAM' ? 'NONE' : 'AWS_IAM'
  const input = { FunctionName, AuthType } as const
  if (urlAuth === undefined)
    return [
      change('CreateFunctionUrlConfig', (client) => client.send(new CreateFunctionUrlConfigCommand(input)), {
        urlAuth: AuthType,
      }),
    ]
  return [
    change('UpdateFunctionUrlConfig', (client) => client.send(new UpdateFunctionUrlConfigCommand(input)), {
      urlAuth: AuthType,
    }),
    change('DeleteFunctionUrlConfig', (client) => client.send(new DeleteFunctionUrlConfigCommand(input)), {
      urlAuth: undefined,
    }),
  ]
}

function tagChanges(FunctionName: string, { tags }: FunctionState, change: MakeChange) {
  const Resource = arnOf(FunctionName)
  const team = unique('team')
  return possible(
    change('TagResource', (client) => client.send(new TagResourceCommand({ Resource, Tags: { team } })), {
      tags: { team },
    }),
    tags.team !== undefined &&
      change('UntagResource', (client) => client.send(new UntagResourceCommand({ Resource, TagKeys: ['team'] })), {
        tags: {},
      }),
  )
}

const oneOf = <Item>(items: readonly Item[]): Item | undefined => items[randomInt(Math.max(1, items.length))]
