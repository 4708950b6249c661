import type { OperationName } from '#model'
import { getAccountSettings } from './account/get-account-settings.ts'
import { createAlias } from './alias/create-alias.ts'
import { deleteAlias } from './alias/delete-alias.ts'
import { getAlias } from './alias/get-alias.ts'
import { listAliases } from './alias/list-aliases.ts'
import { updateAlias } from './alias/update-alias.ts'
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
import { createFunction } from './function/create-function.ts'
import { deleteFunction } from './function/delete-function.ts'
import { getFunction } from './function/get-function.ts'
import { getFunctionConfiguration } from './function/get-function-configuration.ts'
import { listFunctions } from './function/list-functions.ts'
import { listVersionsByFunction } from './function/list-versions-by-function.ts'
import { publishVersion } from './function/publish-version.ts'
import { updateFunctionCode } from './function/update-function-code.ts'
import { updateFunctionConfiguration } from './function/update-function-configuration.ts'
import { invoke } from './invocation/invoke.ts'
import { invokeAsync } from './invocation/invoke-async.ts'
import { listTags } from './tag/list-tags.ts'
import { tagResource } from './tag/tag-resource.ts'
import { untagResource } from './tag/untag-resource.ts'

/** An operation that is known and answered with 501 until it has a handler. */
export const notYet = 'not-yet'

type Handlers = { readonly [Name in OperationName]: Handler<Name> | typeof notYet }

/** Every operation of the model: leaving one out does not compile. */
export const handlers: Handlers = {
  AddLayerVersionPermission: notYet,
  AddPermission: notYet,
  CheckpointDurableExecution: notYet,
  CreateAlias: createAlias,
  CreateCapacityProvider: notYet,
  CreateCodeSigningConfig: createCodeSigningConfig,
  CreateEventSourceMapping: notYet,
  CreateFunction: createFunction,
  CreateFunctionUrlConfig: notYet,
  DeleteAlias: deleteAlias,
  DeleteCapacityProvider: notYet,
  DeleteCodeSigningConfig: deleteCodeSigningConfig,
  DeleteEventSourceMapping: notYet,
  DeleteFunction: deleteFunction,
  DeleteFunctionCodeSigningConfig: deleteFunctionCodeSigningConfig,
  DeleteFunctionConcurrency: deleteFunctionConcurrency,
  DeleteFunctionEventInvokeConfig: notYet,
  DeleteFunctionUrlConfig: notYet,
  DeleteLayerVersion: notYet,
  DeleteProvisionedConcurrencyConfig: notYet,
  DeleteResourcePolicy: notYet,
  GetAccountSettings: getAccountSettings,
  GetAlias: getAlias,
  GetCapacityProvider: notYet,
  GetCodeSigningConfig: getCodeSigningConfig,
  GetDurableExecution: notYet,
  GetDurableExecutionHistory: notYet,
  GetDurableExecutionState: notYet,
  GetEventSourceMapping: notYet,
  GetFunction: getFunction,
  GetFunctionCodeSigningConfig: getFunctionCodeSigningConfig,
  GetFunctionConcurrency: getFunctionConcurrency,
  GetFunctionConfiguration: getFunctionConfiguration,
  GetFunctionEventInvokeConfig: notYet,
  GetFunctionRecursionConfig: notYet,
  GetFunctionScalingConfig: notYet,
  GetFunctionUrlConfig: notYet,
  GetLayerVersion: notYet,
  GetLayerVersionByArn: notYet,
  GetLayerVersionPolicy: notYet,
  GetPolicy: notYet,
  GetProvisionedConcurrencyConfig: notYet,
  GetResourcePolicy: notYet,
  GetRuntimeManagementConfig: notYet,
  Invoke: invoke,
  InvokeAsync: invokeAsync,
  InvokeWithResponseStream: notYet,
  ListAliases: listAliases,
  ListCapacityProviders: notYet,
  ListCodeSigningConfigs: listCodeSigningConfigs,
  ListDurableExecutionsByFunction: notYet,
  ListEventSourceMappings: notYet,
  ListFunctionEventInvokeConfigs: notYet,
  ListFunctionUrlConfigs: notYet,
  ListFunctionVersionsByCapacityProvider: notYet,
  ListFunctions: listFunctions,
  ListFunctionsByCodeSigningConfig: listFunctionsByCodeSigningConfig,
  ListLayerVersions: notYet,
  ListLayers: notYet,
  ListProvisionedConcurrencyConfigs: notYet,
  ListTags: listTags,
  ListVersionsByFunction: listVersionsByFunction,
  PublishLayerVersion: notYet,
  PublishVersion: publishVersion,
  PutFunctionCodeSigningConfig: putFunctionCodeSigningConfig,
  PutFunctionConcurrency: putFunctionConcurrency,
  PutFunctionEventInvokeConfig: notYet,
  PutFunctionRecursionConfig: notYet,
  PutFunctionScalingConfig: notYet,
  PutProvisionedConcurrencyConfig: notYet,
  PutResourcePolicy: notYet,
  PutRuntimeManagementConfig: notYet,
  RemoveLayerVersionPermission: notYet,
  RemovePermission: notYet,
  SendDurableExecutionCallbackFailure: notYet,
  SendDurableExecutionCallbackHeartbeat: notYet,
  SendDurableExecutionCallbackSuccess: notYet,
  StopDurableExecution: notYet,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateAlias: updateAlias,
  UpdateCapacityProvider: notYet,
  UpdateCodeSigningConfig: updateCodeSigningConfig,
  UpdateEventSourceMapping: notYet,
  UpdateFunctionCode: updateFunctionCode,
  UpdateFunctionConfiguration: updateFunctionConfiguration,
  UpdateFunctionEventInvokeConfig: notYet,
  UpdateFunctionUrlConfig: notYet,
}
