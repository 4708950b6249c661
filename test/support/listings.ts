import type { Lambda } from '@aws-sdk/client-lambda'
import { createManaged, createProvider, onProvider } from './capacity-providers.ts'
import { createFunction } from './clients.ts'
import { AllowedPublishers } from './code-signing-attempts.ts'
import { answering, arnOf, describeAs, publishVersion } from './functions.ts'
import { publishLayer } from './layers.ts'
import type { TestServer } from './server.ts'

/** A list operation, and how what it lists comes and goes. */
export interface Listing {
  /** What it is about beside the page. */
  readonly input: Readonly<Record<string, string>>
  /** The member of the output that is the list. */
  readonly items: string
  /** What an item is known by; the item itself when it is a text. */
  readonly id?: string
  /** Once, before all others. */
  prepare?(): Promise<unknown>
  /** The id of the new item. */
  make(name: string): Promise<string | undefined>
  unmake(id: string): Promise<unknown>
}

const FunctionName = 'paged'
const ofPaged = { FunctionName }
const last = (arn: string) => arn.slice(arn.lastIndexOf(':') + 1)

/** Every list operation that has a handler. The function `paged`, with version 1, is there. */
export function listings(server: TestServer, client: Lambda): Readonly<Record<string, Listing>> {
  const alias = async (Name: string) => {
    await client.createAlias({ ...ofPaged, Name, FunctionVersion: '1' })
    return { ...ofPaged, Qualifier: Name }
  }
  const newFunction = (name: string) => createFunction(server, { FunctionName: name, code: answering(name) })
  let config = ''
  const newConfig = async () => {
    const { CodeSigningConfig } = await client.createCodeSigningConfig({ AllowedPublishers })
    return CodeSigningConfig?.CodeSigningConfigArn
  }
  return {
    ListAliases: {
      input: ofPaged,
      items: 'Aliases',
      id: 'Name',
      make: async (name) => (await alias(name)).Qualifier,
      unmake: (Name) => client.deleteAlias({ ...ofPaged, Name }),
    },
    ListCapacityProviders: {
      input: {},
      items: 'CapacityProviders',
      id: 'CapacityProviderArn',
      make: async (name) => (await createProvider(server, `provider-${name}`)).arn,
      unmake: (CapacityProviderName) => client.deleteCapacityProvider({ CapacityProviderName }),
    },
    ListCodeSigningConfigs: {
      input: {},
      items: 'CodeSigningConfigs',
      id: 'CodeSigningConfigArn',
      make: newConfig,
      unmake: (CodeSigningConfigArn) => client.deleteCodeSigningConfig({ CodeSigningConfigArn }),
    },
    ListFunctionEventInvokeConfigs: {
      input: ofPaged,
      items: 'FunctionEventInvokeConfigs',
      id: 'FunctionArn',
      make: async (name) => {
        const of = await alias(`events-${name}`)
        return (await client.putFunctionEventInvokeConfig({ ...of, MaximumRetryAttempts: 1 })).FunctionArn
      },
      unmake: (arn) => client.deleteFunctionEventInvokeConfig({ FunctionName: arn }),
    },
    ListFunctionUrlConfigs: {
      input: ofPaged,
      items: 'FunctionUrlConfigs',
      id: 'FunctionArn',
      make: async (name) => {
        const of = await alias(`url-${name}`)
        return (await client.createFunctionUrlConfig({ ...of, AuthType: 'AWS_IAM' })).FunctionArn
      },
      unmake: (arn) => client.deleteFunctionUrlConfig({ FunctionName: arn }),
    },
    ListFunctionVersionsByCapacityProvider: {
      input: { CapacityProviderName: 'paged' },
      items: 'FunctionVersions',
      id: 'FunctionArn',
      prepare: () => createProvider(server, 'paged'),
      make: async (name) => {
        const FunctionName = `managed-${name}`
        await createManaged(server, {
          FunctionName,
          code: answering(name),
          CapacityProviderConfig: onProvider('paged'),
        })
        return arnOf(`${FunctionName}:$LATEST`)
      },
      unmake: (arn) => client.deleteFunction({ FunctionName: arn.replace(':$LATEST', '') }),
    },
    ListFunctions: {
      input: {},
      items: 'Functions',
      id: 'FunctionName',
      make: async (name) => {
        await newFunction(`function-${name}`)
        return `function-${name}`
      },
      unmake: (name) => client.deleteFunction({ FunctionName: name }),
    },
    ListFunctionsByCodeSigningConfig: {
      // Known only after it has been prepared.
      get input() {
        return { CodeSigningConfigArn: config }
      },
      items: 'FunctionArns',
      prepare: async () => {
        config = (await newConfig()) ?? ''
      },
      make: async (name) => {
        const signed = { FunctionName: `signed-${name}` }
        await newFunction(signed.FunctionName)
        await client.putFunctionCodeSigningConfig({ ...signed, CodeSigningConfigArn: config })
        return (await client.getFunctionConfiguration(signed)).FunctionArn
      },
      unmake: (arn) => client.deleteFunctionCodeSigningConfig({ FunctionName: arn }),
    },
    ListLayerVersions: {
      input: { LayerName: 'paged' },
      items: 'LayerVersions',
      id: 'LayerVersionArn',
      make: async () => (await publishLayer(server, { LayerName: 'paged' })).LayerVersionArn,
      unmake: (arn) => client.deleteLayerVersion({ LayerName: 'paged', VersionNumber: Number(last(arn)) }),
    },
    ListLayers: {
      input: {},
      items: 'Layers',
      id: 'LayerName',
      make: async (name) => {
        await publishLayer(server, { LayerName: `layer-${name}` })
        return `layer-${name}`
      },
      unmake: (LayerName) => client.deleteLayerVersion({ LayerName, VersionNumber: 1 }),
    },
    ListProvisionedConcurrencyConfigs: {
      input: ofPaged,
      items: 'ProvisionedConcurrencyConfigs',
      id: 'FunctionArn',
      make: async (name) => {
        const of = await alias(`provisioned-${name}`)
        await client.putProvisionedConcurrencyConfig({ ...of, ProvisionedConcurrentExecutions: 1 })
        return (await client.getFunctionConfiguration(of)).FunctionArn
      },
      unmake: (arn) => client.deleteProvisionedConcurrencyConfig({ FunctionName: arn, Qualifier: last(arn) }),
    },
    ListVersionsByFunction: {
      input: { FunctionName: 'versioned' },
      items: 'Versions',
      id: 'FunctionArn',
      prepare: () => newFunction('versioned'),
      make: async (name) => {
        await describeAs(server, 'versioned', name)
        return (await publishVersion(server, 'versioned')).FunctionArn
      },
      unmake: (arn) => client.deleteFunction({ FunctionName: arn }),
    },
  }
}
