import type { OperationName } from '#model'
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

/** An operation that is known and answered with 501 until it has a handler. */
export const notYet = 'not-yet'

type Handlers = { readonly [Name in OperationName]: Handler<Name> | typeof notYet }

/** Every operation of the model: leaving one out does not compile. */
export const handlers: Handlers = {
  AddLayerVersionPermission: notYet,
  AddPermission: notYet,
  CheckpointDurableExecution: notYet,
  CreateAlias: notYet,
  CreateCapacityProvider: notYet,
  CreateCodeSigningConfig: notYet,
  CreateEventSourceMapping: notYet,
  CreateFunction: createFunction,
  CreateFunctionUrlConfig: notYet,
  DeleteAlias: notYet,
  DeleteCapacityProvider: notYet,
  DeleteCodeSigningConfig: notYet,
  DeleteEventSourceMapping: notYet,
  DeleteFunction: deleteFunction,
  DeleteFunctionCodeSigningConfig: notYet,
  DeleteFunctionConcurrency: notYet,
  DeleteFunctionEventInvokeConfig: notYet,
  DeleteFunctionUrlConfig: notYet,
  DeleteLayerVersion: notYet,
  DeleteProvisionedConcurrencyConfig: notYet,
  DeleteResourcePolicy: notYet,
  GetAccountSettings: notYet,
  GetAlias: notYet,
  GetCapacityProvider: notYet,
  GetCodeSigningConfig: notYet,
  GetDurableExecution: notYet,
  GetDurableExecutionHistory: notYet,
  GetDurableExecutionState: notYet,
  GetEventSourceMapping: notYet,
  GetFunction: getFunction,
  GetFunctionCodeSigningConfig: notYet,
  GetFunctionConcurrency: notYet,
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
  InvokeAsync: notYet,
  InvokeWithResponseStream: notYet,
  ListAliases: notYet,
  ListCapacityProviders: notYet,
  ListCodeSigningConfigs: notYet,
  ListDurableExecutionsByFunction: notYet,
  ListEventSourceMappings: notYet,
  ListFunctionEventInvokeConfigs: notYet,
  ListFunctionUrlConfigs: notYet,
  ListFunctionVersionsByCapacityProvider: notYet,
  ListFunctions: listFunctions,
  ListFunctionsByCodeSigningConfig: notYet,
  ListLayerVersions: notYet,
  ListLayers: notYet,
  ListProvisionedConcurrencyConfigs: notYet,
  ListTags: notYet,
  ListVersionsByFunction: listVersionsByFunction,
  PublishLayerVersion: notYet,
  PublishVersion: publishVersion,
  PutFunctionCodeSigningConfig: notYet,
  PutFunctionConcurrency: notYet,
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
  TagResource: notYet,
  UntagResource: notYet,
  UpdateAlias: notYet,
  UpdateCapacityProvider: notYet,
  UpdateCodeSigningConfig: notYet,
  UpdateEventSourceMapping: notYet,
  UpdateFunctionCode: updateFunctionCode,
  UpdateFunctionConfiguration: updateFunctionConfiguration,
  UpdateFunctionEventInvokeConfig: notYet,
  UpdateFunctionUrlConfig: notYet,
}
