import {
  CreateFunctionUrlConfigCommand,
  DeleteFunctionEventInvokeConfigCommand,
  DeleteFunctionUrlConfigCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionRecursionConfigCommand,
  GetFunctionUrlConfigCommand,
  GetRuntimeManagementConfigCommand,
  ListFunctionEventInvokeConfigsCommand,
  ListFunctionUrlConfigsCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  PutRuntimeManagementConfigCommand,
  UpdateFunctionEventInvokeConfigCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda'
import type { Attempt } from './attempts.ts'
import { arnOf } from './functions.ts'

const FunctionName = 'target'

/** About the settings of the function `target`; each leaves what the next needs. */
export const attemptsAtSettings: Readonly<Record<string, Attempt>> = {
  PutFunctionEventInvokeConfig: attempt('PutFunctionEventInvokeConfig', (client) =>
    client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 1 })),
  ),
  UpdateFunctionEventInvokeConfig: attempt('UpdateFunctionEventInvokeConfig', (client) =>
    client.send(new UpdateFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0 })),
  ),
  GetFunctionEventInvokeConfig: attempt('GetFunctionEventInvokeConfig', (client) =>
    client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName })),
  ),
  ListFunctionEventInvokeConfigs: attempt('ListFunctionEventInvokeConfigs', (client) =>
    client.send(new ListFunctionEventInvokeConfigsCommand({ FunctionName })),
  ),
  DeleteFunctionEventInvokeConfig: attempt('DeleteFunctionEventInvokeConfig', (client) =>
    client.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName })),
  ),
  CreateFunctionUrlConfig: attempt('CreateFunctionUrlConfig', (client) =>
    client.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'AWS_IAM' })),
  ),
  GetFunctionUrlConfig: attempt('GetFunctionUrlConfig', (client) =>
    client.send(new GetFunctionUrlConfigCommand({ FunctionName })),
  ),
  UpdateFunctionUrlConfig: attempt('UpdateFunctionUrlConfig', (client) =>
    client.send(new UpdateFunctionUrlConfigCommand({ FunctionName })),
  ),
  ListFunctionUrlConfigs: attempt('ListFunctionUrlConfigs', (client) =>
    client.send(new ListFunctionUrlConfigsCommand({ FunctionName })),
  ),
  DeleteFunctionUrlConfig: attempt('DeleteFunctionUrlConfig', (client) =>
    client.send(new DeleteFunctionUrlConfigCommand({ FunctionName })),
  ),
  PutRuntimeManagementConfig: attempt('PutRuntimeManagementConfig', (client) =>
    client.send(new PutRuntimeManagementConfigCommand({ FunctionName, UpdateRuntimeOn: 'FunctionUpdate' })),
  ),
  GetRuntimeManagementConfig: attempt('GetRuntimeManagementConfig', (client) =>
    client.send(new GetRuntimeManagementConfigCommand({ FunctionName })),
  ),
  PutFunctionRecursionConfig: attempt('PutFunctionRecursionConfig', (client) =>
    client.send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: 'Allow' })),
  ),
  GetFunctionRecursionConfig: attempt('GetFunctionRecursionConfig', (client) =>
    client.send(new GetFunctionRecursionConfigCommand({ FunctionName })),
  ),
}

function attempt(operation: string, send: Attempt['send']): Attempt {
  return { action: `lambda:${operation}`, resource: arnOf(FunctionName), send }
}
