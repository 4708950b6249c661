import {
  CreateCapacityProviderCommand,
  DeleteCapacityProviderCommand,
  GetCapacityProviderCommand,
  ListCapacityProvidersCommand,
  ListFunctionVersionsByCapacityProviderCommand,
  UpdateCapacityProviderCommand,
} from '@aws-sdk/client-lambda'
import type { Attempt } from './attempts.ts'
import { providerArn, VPC } from './capacity-providers.ts'
import { ACCOUNT } from './server.ts'

const CapacityProviderName = 'tried'
const ofProvider = { CapacityProviderName }
const role = `arn:aws:iam::${ACCOUNT}:role/test-role`

/** About a provider that the first of them creates and the last deletes. */
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
  ...attempt('DeleteCapacityProvider', (client) => client.send(new DeleteCapacityProviderCommand(ofProvider))),
}

function attempt(operation: string, send: Attempt['send'], also: readonly object[] = []) {
  return { [operation]: { action: `lambda:${operation}`, resource: providerArn(CapacityProviderName), send, also } }
}
