import {
  CreateCapacityProviderCommand,
  type CreateCapacityProviderCommandInput,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
} from '@aws-sdk/client-lambda'
import { executionRole, lambdaClient } from './clients.ts'
import { answering, configurationOf } from './functions.ts'
import { poll } from './poll.ts'
import { ACCOUNT, REGION, type TestServer } from './server.ts'
import { zipOf } from './zip.ts'

export const providerArn = (name: string, account = ACCOUNT) =>
  `arn:aws:lambda:${REGION}:${account}:capacity-provider:${name}`

export const VPC = { SubnetIds: ['subnet-1', 'subnet-2'], SecurityGroupIds: ['sg-1'] }

/** Creates a capacity provider; the answer with its ARN. */
export async function createProvider(
  server: TestServer,
  CapacityProviderName: string,
  input: Partial<CreateCapacityProviderCommandInput> = {},
) {
  const { CapacityProvider, $metadata } = await lambdaClient(server).send(
    new CreateCapacityProviderCommand({
      CapacityProviderName,
      VpcConfig: VPC,
      PermissionsConfig: { CapacityProviderOperatorRoleArn: await executionRole(server) },
      ...input,
    }),
  )
  return { ...CapacityProvider, arn: CapacityProvider?.CapacityProviderArn ?? '', status: $metadata.httpStatusCode }
}

export const onProvider = (name: string, change: object = {}) => ({
  LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn: providerArn(name), ...change },
})

/** Creates a function that runs on the provider `p`, of Node.js unless it says otherwise. */
export async function createManaged(
  server: TestServer,
  { code, ...input }: Partial<CreateFunctionCommandInput> & { readonly code: Readonly<Record<string, string>> },
) {
  const { $metadata: _, ...created } = await lambdaClient(server).send(
    new CreateFunctionCommand({
      FunctionName: 'f',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: await executionRole(server),
      Timeout: 30,
      Code: { ZipFile: zipOf(code) },
      CapacityProviderConfig: onProvider('p'),
      ...input,
    }),
  )
  return created
}

/** The provider `provider` with two vCPUs, and the function `managed` that runs on it, with version 1. */
export async function makeManaged(server: TestServer): Promise<void> {
  const FunctionName = 'managed'
  await createProvider(server, 'provider', { CapacityProviderScalingConfig: { MaxVCpuCount: 2 } })
  const CapacityProviderConfig = onProvider('provider')
  await createManaged(server, { FunctionName, code: answering('managed'), CapacityProviderConfig, Publish: true })
  for (const [Qualifier, state] of [
    [undefined, 'ActiveNonInvocable'],
    ['1', 'Active'],
  ] as const)
    await poll(async () =>
      (await configurationOf(server, FunctionName, Qualifier)).State === state ? true : undefined,
    )
}
