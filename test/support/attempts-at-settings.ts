import {
  CreateFunctionUrlConfigCommand,
  DeleteFunctionEventInvokeConfigCommand,
  DeleteFunctionUrlConfigCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionRecursionConfigCommand,
  GetFunctionUrlConfigCommand,
  GetProvisionedConcurrencyConfigCommand,
  GetRuntimeManagementConfigCommand,
  ListFunctionEventInvokeConfigsCommand,
  ListFunctionUrlConfigsCommand,
  ListProvisionedConcurrencyConfigsCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  PutProvisionedConcurrencyConfigCommand,
  PutRuntimeManagementConfigCommand,
  UpdateFunctionEventInvokeConfigCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda'
import type { Attempt } from './attempts.ts'
import { arnOf } from './functions.ts'

const FunctionName = 'target'
/** Published by an attempt before. */
const version = { FunctionName, Qualifier: '1' }

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
  PutProvisionedConcurrencyConfig: {
    ...attempt('PutProvisionedConcurrencyConfig', (client) =>
      client.send(new PutProvisionedConcurrencyConfigCommand({ ...version, ProvisionedConcurrentExecutions: 1 })),
    ),
    resource: arnOf('target:1'),
  },
  GetProvisionedConcurrencyConfig: {
    ...attempt('GetProvisionedConcurrencyConfig', (client) =>
      client.send(new GetProvisionedConcurrencyConfigCommand(version)),
    ),
    resource: arnOf('target:1'),
  },
  ListProvisionedConcurrencyConfigs: attempt('ListProvisionedConcurrencyConfigs', (client) =>
    client.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName })),
  ),
  DeleteProvisionedConcurrencyConfig: {
    ...attempt('DeleteProvisionedConcurrencyConfig', (client) =>
      client.send(new DeleteProvisionedConcurrencyConfigCommand(version)),
    ),
    resource: arnOf('target:1'),
  },
}

function attempt(operation: string, send: Attempt['send']): Attempt {
  return { action: `lambda:${operation}`, resource: arnOf(FunctionName), send }
}
