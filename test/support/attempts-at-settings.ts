import {
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionEventInvokeConfigCommand,
  ListFunctionEventInvokeConfigsCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionEventInvokeConfigCommand,
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
}

function attempt(operation: string, send: Attempt['send']): Attempt {
  return { action: `lambda:${operation}`, resource: arnOf(FunctionName), send }
}
