import type { OperationName } from '#model'
import { getAccountSettings } from './account/get-account-settings.ts'
import { createAlias } from './alias/create-alias.ts'
import { deleteAlias } from './alias/delete-alias.ts'
import { getAlias } from './alias/get-alias.ts'
import { listAliases } from './alias/list-aliases.ts'
import { updateAlias } from './alias/update-alias.ts'
import { createCapacityProvider } from './capacity-provider/create-capacity-provider.ts'
import { deleteCapacityProvider } from './capacity-provider/delete-capacity-provider.ts'
import { getCapacityProvider } from './capacity-provider/get-capacity-provider.ts'
import { listCapacityProviders } from './capacity-provider/list-capacity-providers.ts'
import { listFunctionVersionsByCapacityProvider } from './capacity-provider/list-function-versions-by-capacity-provider.ts'
import { updateCapacityProvider } from './capacity-provider/update-capacity-provider.ts'
import { createCodeSigningConfig } from './code-signing/create-code-signing-config.ts'
import { deleteCodeSigningConfig } from './code-signing/delete-code-signing-config.ts'
import { deleteFunctionCodeSigningConfig } from './code-signing/delete-function-code-signing-config.ts'
import { getCodeSigningConfig } from './code-signing/get-code-signing-config.ts'
import { getFunctionCodeSigningConfig } from './code-signing/get-function-code-signing-config.ts'
import { listCodeSigningConfigs } from './code-signing/list-code-signing-configs.ts'
import { listFunctionsByCodeSigningConfig } from './code-signing/list-functions-by-code-signing-config.ts'
import { putFunctionCodeSigningConfig } from './code-signing/put-function-code-signing-config.ts'
import { updateCodeSigningConfig } from './code-signing/update-code-signing-config.ts'
import { deleteFunctionConcurrency } from './concurrency/delete-function-concurrency.ts'
import { getFunctionConcurrency } from './concurrency/get-function-concurrency.ts'
import { putFunctionConcurrency } from './concurrency/put-function-concurrency.ts'
import type { Handler } from './context.ts'
import { deleteFunctionEventInvokeConfig } from './event-invoke-config/delete-function-event-invoke-config.ts'
import { getFunctionEventInvokeConfig } from './event-invoke-config/get-function-event-invoke-config.ts'
import { listFunctionEventInvokeConfigs } from './event-invoke-config/list-function-event-invoke-configs.ts'
import { putFunctionEventInvokeConfig } from './event-invoke-config/put-function-event-invoke-config.ts'
import { updateFunctionEventInvokeConfig } from './event-invoke-config/update-function-event-invoke-config.ts'
import { createFunction } from './function/create-function.ts'
import { deleteFunction } from './function/delete-function.ts'
import { getFunction } from './function/get-function.ts'
import { getFunctionConfiguration } from './function/get-function-configuration.ts'
import { listFunctions } from './function/list-functions.ts'
import { listVersionsByFunction } from './function/list-versions-by-function.ts'
import { publishVersion } from './function/publish-version.ts'
import { updateFunctionCode } from './function/update-function-code.ts'
import { updateFunctionConfiguration } from './function/update-function-configuration.ts'
import { createFunctionUrlConfig } from './function-url/create-function-url-config.ts'
import { deleteFunctionUrlConfig } from './function-url/delete-function-url-config.ts'
import { getFunctionUrlConfig } from './function-url/get-function-url-config.ts'
import { listFunctionUrlConfigs } from './function-url/list-function-url-configs.ts'
import { updateFunctionUrlConfig } from './function-url/update-function-url-config.ts'
import { invoke } from './invocation/invoke.ts'
import { invokeAsync } from './invocation/invoke-async.ts'
import { invokeWithResponseStream } from './invocation/invoke-with-response-stream.ts'
import { deleteLayerVersion } from './layer/delete-layer-version.ts'
import { getLayerVersion } from './layer/get-layer-version.ts'
import { getLayerVersionByArn } from './layer/get-layer-version-by-arn.ts'
import { listLayerVersions } from './layer/list-layer-versions.ts'
import { listLayers } from './layer/list-layers.ts'
import { publishLayerVersion } from './layer/publish-layer-version.ts'
import { addLayerVersionPermission } from './policy/add-layer-version-permission.ts'
import { addPermission } from './policy/add-permission.ts'
import { deleteResourcePolicy } from './policy/delete-resource-policy.ts'
import { getLayerVersionPolicy } from './policy/get-layer-version-policy.ts'
import { getPolicy } from './policy/get-policy.ts'
import { getResourcePolicy } from './policy/get-resource-policy.ts'
import { putResourcePolicy } from './policy/put-resource-policy.ts'
import { removeLayerVersionPermission } from './policy/remove-layer-version-permission.ts'
import { removePermission } from './policy/remove-permission.ts'
import { deleteProvisionedConcurrencyConfig } from './provisioned-concurrency/delete-provisioned-concurrency-config.ts'
import { getProvisionedConcurrencyConfig } from './provisioned-concurrency/get-provisioned-concurrency-config.ts'
import { listProvisionedConcurrencyConfigs } from './provisioned-concurrency/list-provisioned-concurrency-configs.ts'
import { putProvisionedConcurrencyConfig } from './provisioned-concurrency/put-provisioned-concurrency-config.ts'
import { getFunctionRecursionConfig } from './recursion/get-function-recursion-config.ts'
import { putFunctionRecursionConfig } from './recursion/put-function-recursion-config.ts'
import { getRuntimeManagementConfig } from './runtime-management/get-runtime-management-config.ts'
import { putRuntimeManagementConfig } from './runtime-management/put-runtime-management-config.ts'
import { getFunctionScalingConfig } from './scaling/get-function-scaling-config.ts'
import { putFunctionScalingConfig } from './scaling/put-function-scaling-config.ts'
import { listTags } from './tag/list-tags.ts'
import { tagResource } from './tag/tag-resource.ts'
import { untagResource } from './tag/untag-resource.ts'

/** An operation that is known and answered with 501 until it has a handler. */
export const notYet = 'not-yet'

type Handlers = { readonly [Name in OperationName]: Handler<Name> | typeof notYet }

/** Every operation of the model: leaving one out does not compile. */
export const handlers: Handlers = {
  AddLayerVersionPermission: addLayerVersionPermission,
  AddPermission: addPermission,
  CheckpointDurableExecution: notYet,
  CreateAlias: createAlias,
  CreateCapacityProvider: createCapacityProvider,
  CreateCodeSigningConfig: createCodeSigningConfig,
  CreateEventSourceMapping: notYet,
  CreateFunction: createFunction,
  CreateFunctionUrlConfig: createFunctionUrlConfig,
  DeleteAlias: deleteAlias,
  DeleteCapacityProvider: deleteCapacityProvider,
  DeleteCodeSigningConfig: deleteCodeSigningConfig,
  DeleteEventSourceMapping: notYet,
  DeleteFunction: deleteFunction,
  DeleteFunctionCodeSigningConfig: deleteFunctionCodeSigningConfig,
  DeleteFunctionConcurrency: deleteFunctionConcurrency,
  DeleteFunctionEventInvokeConfig: deleteFunctionEventInvokeConfig,
  DeleteFunctionUrlConfig: deleteFunctionUrlConfig,
  DeleteLayerVersion: deleteLayerVersion,
  DeleteProvisionedConcurrencyConfig: deleteProvisionedConcurrencyConfig,
  DeleteResourcePolicy: deleteResourcePolicy,
  GetAccountSettings: getAccountSettings,
  GetAlias: getAlias,
  GetCapacityProvider: getCapacityProvider,
  GetCodeSigningConfig: getCodeSigningConfig,
  GetDurableExecution: notYet,
  GetDurableExecutionHistory: notYet,
  GetDurableExecutionState: notYet,
  GetEventSourceMapping: notYet,
  GetFunction: getFunction,
  GetFunctionCodeSigningConfig: getFunctionCodeSigningConfig,
  GetFunctionConcurrency: getFunctionConcurrency,
  GetFunctionConfiguration: getFunctionConfiguration,
  GetFunctionEventInvokeConfig: getFunctionEventInvokeConfig,
  GetFunctionRecursionConfig: getFunctionRecursionConfig,
  GetFunctionScalingConfig: getFunctionScalingConfig,
  GetFunctionUrlConfig: getFunctionUrlConfig,
  GetLayerVersion: getLayerVersion,
  GetLayerVersionByArn: getLayerVersionByArn,
  GetLayerVersionPolicy: getLayerVersionPolicy,
  GetPolicy: getPolicy,
  GetProvisionedConcurrencyConfig: getProvisionedConcurrencyConfig,
  GetResourcePolicy: getResourcePolicy,
  GetRuntimeManagementConfig: getRuntimeManagementConfig,
  Invoke: invoke,
  InvokeAsync: invokeAsync,
  InvokeWithResponseStream: invokeWithResponseStream,
  ListAliases: listAliases,
  ListCapacityProviders: listCapacityProviders,
  ListCodeSigningConfigs: listCodeSigningConfigs,
  ListDurableExecutionsByFunction: notYet,
  ListEventSourceMappings: notYet,
  ListFunctionEventInvokeConfigs: listFunctionEventInvokeConfigs,
  ListFunctionUrlConfigs: listFunctionUrlConfigs,
  ListFunctionVersionsByCapacityProvider: listFunctionVersionsByCapacityProvider,
  ListFunctions: listFunctions,
  ListFunctionsByCodeSigningConfig: listFunctionsByCodeSigningConfig,
  ListLayerVersions: listLayerVersions,
  ListLayers: listLayers,
  ListProvisionedConcurrencyConfigs: listProvisionedConcurrencyConfigs,
  ListTags: listTags,
  ListVersionsByFunction: listVersionsByFunction,
  PublishLayerVersion: publishLayerVersion,
  PublishVersion: publishVersion,
  PutFunctionCodeSigningConfig: putFunctionCodeSigningConfig,
  PutFunctionConcurrency: putFunctionConcurrency,
  PutFunctionEventInvokeConfig: putFunctionEventInvokeConfig,
  PutFunctionRecursionConfig: putFunctionRecursionConfig,
  PutFunctionScalingConfig: putFunctionScalingConfig,
  PutProvisionedConcurrencyConfig: putProvisionedConcurrencyConfig,
  PutResourcePolicy: putResourcePolicy,
  PutRuntimeManagementConfig: putRuntimeManagementConfig,
  RemoveLayerVersionPermission: removeLayerVersionPermission,
  RemovePermission: removePermission,
  SendDurableExecutionCallbackFailure: notYet,
  SendDurableExecutionCallbackHeartbeat: notYet,
  SendDurableExecutionCallbackSuccess: notYet,
  StopDurableExecution: notYet,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateAlias: updateAlias,
  UpdateCapacityProvider: updateCapacityProvider,
  UpdateCodeSigningConfig: updateCodeSigningConfig,
  UpdateEventSourceMapping: notYet,
  UpdateFunctionCode: updateFunctionCode,
  UpdateFunctionConfiguration: updateFunctionConfiguration,
  UpdateFunctionEventInvokeConfig: updateFunctionEventInvokeConfig,
  UpdateFunctionUrlConfig: updateFunctionUrlConfig,
}
