import {
  CreateCodeSigningConfigCommand,
  DeleteCodeSigningConfigCommand,
  DeleteFunctionCodeSigningConfigCommand,
  GetCodeSigningConfigCommand,
  GetFunctionCodeSigningConfigCommand,
  ListCodeSigningConfigsCommand,
  ListFunctionsByCodeSigningConfigCommand,
  PutFunctionCodeSigningConfigCommand,
  UpdateCodeSigningConfigCommand,
} from '@aws-sdk/client-lambda'
import type { Attempt } from './attempts.ts'
import { arnOf } from './functions.ts'

export const AllowedPublishers = {
  SigningProfileVersionArns: ['arn:aws:signer:us-east-1:000000000000:/signing-profiles/test'],
}

/** About the function `target` and a configuration that is there until the last of them. */
export function attemptsAtCodeSigning(configArn: () => string): Readonly<Record<string, Attempt>> {
  const FunctionName = 'target'
  const attempt = (operation: string, resource: Attempt['resource'], send: Attempt['send']) => ({
    [operation]: { action: `lambda:${operation}`, resource, send },
  })
  const config = () => ({ CodeSigningConfigArn: configArn() })
  return {
    ...attempt('CreateCodeSigningConfig', '*', (client) =>
      client.send(new CreateCodeSigningConfigCommand({ AllowedPublishers })),
    ),
    ...attempt('ListCodeSigningConfigs', '*', (client) => client.send(new ListCodeSigningConfigsCommand({}))),
    ...attempt('GetCodeSigningConfig', configArn, (client) => client.send(new GetCodeSigningConfigCommand(config()))),
    ...attempt('UpdateCodeSigningConfig', configArn, (client) =>
      client.send(new UpdateCodeSigningConfigCommand(config())),
    ),
    ...attempt('PutFunctionCodeSigningConfig', arnOf(FunctionName), (client) =>
      client.send(new PutFunctionCodeSigningConfigCommand({ FunctionName, ...config() })),
    ),
    ...attempt('GetFunctionCodeSigningConfig', arnOf(FunctionName), (client) =>
      client.send(new GetFunctionCodeSigningConfigCommand({ FunctionName })),
    ),
    ...attempt('ListFunctionsByCodeSigningConfig', configArn, (client) =>
      client.send(new ListFunctionsByCodeSigningConfigCommand(config())),
    ),
    ...attempt('DeleteFunctionCodeSigningConfig', arnOf(FunctionName), (client) =>
      client.send(new DeleteFunctionCodeSigningConfigCommand({ FunctionName })),
    ),
    ...attempt('DeleteCodeSigningConfig', configArn, (client) =>
      client.send(new DeleteCodeSigningConfigCommand(config())),
    ),
  }
}
