import {
  CreateCapacityProviderCommand,
  DeleteCapacityProviderCommand,
  GetCapacityProviderCommand,
  GetFunctionScalingConfigCommand,
  ListCapacityProvidersCommand,
  ListFunctionVersionsByCapacityProviderCommand,
  PutFunctionScalingConfigCommand,
  UpdateCapacityProviderCommand,
} from '@aws-sdk/client-lambda'
import type { Attempt } from './attempts.ts'
import { providerArn, VPC } from './capacity-providers.ts'
import { arnOf } from './functions.ts'
import { ACCOUNT } from './server.ts'

const CapacityProviderName = 'tried'
const ofProvider = { CapacityProviderName }
const role = `arn:aws:iam::${ACCOUNT}:role/test-role`

const managed = { FunctionName: 'managed', Qualifier: '1' }

/** About a provider that the first of them creates and the last deletes, and the function `managed`. */
export const attemptsAtCapacity: Readonly<Record<string, Attempt>> = {
  ...attempt(
    'CreateCapacityProvider',
    (client) =>
      client.send(
        new CreateCapacityProviderCommand({
          ...ofProvider,
          VpcConfig: VPC,
          PermissionsConfig: { CapacityProviderOperatorRoleArn: role },
        }),
      ),
    [{ Effect: 'Allow', Action: 'iam:PassRole', Resource: role }],
  ),
  ...attempt('GetCapacityProvider', (client) => client.send(new GetCapacityProviderCommand(ofProvider))),
  ListCapacityProviders: {
    action: 'lambda:ListCapacityProviders',
    resource: '*',
    send: (client) => client.send(new ListCapacityProvidersCommand({})),
  },
  ...attempt('ListFunctionVersionsByCapacityProvider', (client) =>
    client.send(new ListFunctionVersionsByCapacityProviderCommand(ofProvider)),
  ),
  ...attempt('UpdateCapacityProvider', (client) => client.send(new UpdateCapacityProviderCommand(ofProvider))),
  GetFunctionScalingConfig: {
    action: 'lambda:GetFunctionScalingConfig',
    resource: arnOf('managed:1'),
    send: (client) => client.send(new GetFunctionScalingConfigCommand(managed)),
  },
  PutFunctionScalingConfig: {
    action: 'lambda:PutFunctionScalingConfig',
    resource: arnOf('managed:1'),
    send: (client) => client.send(new PutFunctionScalingConfigCommand(managed)),
  },
  ...attempt('DeleteCapacityProvider', (client) => client.send(new DeleteCapacityProviderCommand(ofProvider))),
}

function attempt(operation: string, send: Attempt['send'], also: readonly object[] = []) {
  return { [operation]: { action: `lambda:${operation}`, resource: providerArn(CapacityProviderName), send, also } }
}
