import type { OperationName } from '#model'

/** What an operation is authorized as. */
export interface AuthorizationEntry {
  /** The IAM action. */
  readonly action: `lambda:${string}`
  readonly resource: AuthorizedResource
}

/** How the ARN is made that policies are asked about. */
export type AuthorizedResource =
  /** The function's ARN, never with a qualifier. */
  | 'function'
  /** The function's ARN as addressed: with the qualifier if the request has one. An alias stays an alias. */
  | 'qualified-function'
  | 'layer'
  | 'layer-version'
  | 'event-source-mapping'
  | 'code-signing-config'
  | 'capacity-provider'
  | 'durable-execution'
  /** The execution that a callback is of: the operation asks, because only it can read the callback's id. */
  | 'callback'
  /** The ARN in `Resource`, whatever it is of. */
  | 'tagged-resource'
  /** The ARN in `ResourceArn`, whose policy it is. */
  | 'policy-resource'
  /** No resource-level permissions: `*`. */
  | 'none'

/** Every operation, in the order of AWS's reference: IAM action and resource. Names differ for a few actions only. */
export const lambdaActions: Readonly<Record<OperationName, AuthorizationEntry>> = {
  AddLayerVersionPermission: { action: 'lambda:AddLayerVersionPermission', resource: 'layer-version' },
  AddPermission: { action: 'lambda:AddPermission', resource: 'qualified-function' },
  CheckpointDurableExecution: { action: 'lambda:CheckpointDurableExecution', resource: 'durable-execution' },
  CreateAlias: { action: 'lambda:CreateAlias', resource: 'function' },
  CreateCapacityProvider: { action: 'lambda:CreateCapacityProvider', resource: 'capacity-provider' },
  CreateCodeSigningConfig: { action: 'lambda:CreateCodeSigningConfig', resource: 'none' },
  CreateEventSourceMapping: { action: 'lambda:CreateEventSourceMapping', resource: 'none' },
  CreateFunction: { action: 'lambda:CreateFunction', resource: 'function' },
  CreateFunctionUrlConfig: { action: 'lambda:CreateFunctionUrlConfig', resource: 'function' },
  DeleteAlias: { action: 'lambda:DeleteAlias', resource: 'function' },
  DeleteCapacityProvider: { action: 'lambda:DeleteCapacityProvider', resource: 'capacity-provider' },
  DeleteCodeSigningConfig: { action: 'lambda:DeleteCodeSigningConfig', resource: 'code-signing-config' },
  DeleteEventSourceMapping: { action: 'lambda:DeleteEventSourceMapping', resource: 'event-source-mapping' },
  DeleteFunction: { action: 'lambda:DeleteFunction', resource: 'qualified-function' },
  DeleteFunctionCodeSigningConfig: { action: 'lambda:DeleteFunctionCodeSigningConfig', resource: 'function' },
  DeleteFunctionConcurrency: { action: 'lambda:DeleteFunctionConcurrency', resource: 'function' },
  DeleteFunctionEventInvokeConfig: { action: 'lambda:DeleteFunctionEventInvokeConfig', resource: 'function' },
  DeleteFunctionUrlConfig: { action: 'lambda:DeleteFunctionUrlConfig', resource: 'function' },
  DeleteLayerVersion: { action: 'lambda:DeleteLayerVersion', resource: 'layer-version' },
  DeleteProvisionedConcurrencyConfig: {
    action: 'lambda:DeleteProvisionedConcurrencyConfig',
    resource: 'qualified-function',
  },
  DeleteResourcePolicy: { action: 'lambda:DeleteResourcePolicy', resource: 'policy-resource' },
  GetAccountSettings: { action: 'lambda:GetAccountSettings', resource: 'none' },
  GetAlias: { action: 'lambda:GetAlias', resource: 'function' },
  GetCapacityProvider: { action: 'lambda:GetCapacityProvider', resource: 'capacity-provider' },
  GetCodeSigningConfig: { action: 'lambda:GetCodeSigningConfig', resource: 'code-signing-config' },
  GetDurableExecution: { action: 'lambda:GetDurableExecution', resource: 'durable-execution' },
  GetDurableExecutionHistory: { action: 'lambda:GetDurableExecutionHistory', resource: 'durable-execution' },
  GetDurableExecutionState: { action: 'lambda:GetDurableExecutionState', resource: 'durable-execution' },
  GetEventSourceMapping: { action: 'lambda:GetEventSourceMapping', resource: 'event-source-mapping' },
  GetFunction: { action: 'lambda:GetFunction', resource: 'qualified-function' },
  GetFunctionCodeSigningConfig: { action: 'lambda:GetFunctionCodeSigningConfig', resource: 'function' },
  GetFunctionConcurrency: { action: 'lambda:GetFunctionConcurrency', resource: 'function' },
  GetFunctionConfiguration: { action: 'lambda:GetFunctionConfiguration', resource: 'qualified-function' },
  GetFunctionEventInvokeConfig: { action: 'lambda:GetFunctionEventInvokeConfig', resource: 'function' },
  GetFunctionRecursionConfig: { action: 'lambda:GetFunctionRecursionConfig', resource: 'function' },
  GetFunctionScalingConfig: { action: 'lambda:GetFunctionScalingConfig', resource: 'qualified-function' },
  GetFunctionUrlConfig: { action: 'lambda:GetFunctionUrlConfig', resource: 'function' },
  GetLayerVersion: { action: 'lambda:GetLayerVersion', resource: 'layer-version' },
  GetLayerVersionByArn: { action: 'lambda:GetLayerVersion', resource: 'layer-version' },
  GetLayerVersionPolicy: { action: 'lambda:GetLayerVersionPolicy', resource: 'layer-version' },
  GetPolicy: { action: 'lambda:GetPolicy', resource: 'qualified-function' },
  GetProvisionedConcurrencyConfig: { action: 'lambda:GetProvisionedConcurrencyConfig', resource: 'qualified-function' },
  GetResourcePolicy: { action: 'lambda:GetResourcePolicy', resource: 'policy-resource' },
  GetRuntimeManagementConfig: { action: 'lambda:GetRuntimeManagementConfig', resource: 'function' },
  Invoke: { action: 'lambda:InvokeFunction', resource: 'qualified-function' },
  InvokeAsync: { action: 'lambda:InvokeAsync', resource: 'qualified-function' },
  InvokeWithResponseStream: { action: 'lambda:InvokeFunction', resource: 'qualified-function' },
  ListAliases: { action: 'lambda:ListAliases', resource: 'function' },
  ListCapacityProviders: { action: 'lambda:ListCapacityProviders', resource: 'none' },
  ListCodeSigningConfigs: { action: 'lambda:ListCodeSigningConfigs', resource: 'none' },
  ListDurableExecutionsByFunction: { action: 'lambda:ListDurableExecutionsByFunction', resource: 'function' },
  ListEventSourceMappings: { action: 'lambda:ListEventSourceMappings', resource: 'none' },
  ListFunctionEventInvokeConfigs: { action: 'lambda:ListFunctionEventInvokeConfigs', resource: 'function' },
  ListFunctionUrlConfigs: { action: 'lambda:ListFunctionUrlConfigs', resource: 'function' },
  ListFunctionVersionsByCapacityProvider: {
    action: 'lambda:ListFunctionVersionsByCapacityProvider',
    resource: 'capacity-provider',
  },
  ListFunctions: { action: 'lambda:ListFunctions', resource: 'none' },
  ListFunctionsByCodeSigningConfig: {
    action: 'lambda:ListFunctionsByCodeSigningConfig',
    resource: 'code-signing-config',
  },
  ListLayerVersions: { action: 'lambda:ListLayerVersions', resource: 'none' },
  ListLayers: { action: 'lambda:ListLayers', resource: 'none' },
  ListProvisionedConcurrencyConfigs: { action: 'lambda:ListProvisionedConcurrencyConfigs', resource: 'function' },
  ListTags: { action: 'lambda:ListTags', resource: 'tagged-resource' },
  ListVersionsByFunction: { action: 'lambda:ListVersionsByFunction', resource: 'function' },
  PublishLayerVersion: { action: 'lambda:PublishLayerVersion', resource: 'layer' },
  PublishVersion: { action: 'lambda:PublishVersion', resource: 'function' },
  PutFunctionCodeSigningConfig: { action: 'lambda:PutFunctionCodeSigningConfig', resource: 'function' },
  PutFunctionConcurrency: { action: 'lambda:PutFunctionConcurrency', resource: 'function' },
  PutFunctionEventInvokeConfig: { action: 'lambda:PutFunctionEventInvokeConfig', resource: 'function' },
  PutFunctionRecursionConfig: { action: 'lambda:PutFunctionRecursionConfig', resource: 'function' },
  PutFunctionScalingConfig: { action: 'lambda:PutFunctionScalingConfig', resource: 'qualified-function' },
  PutProvisionedConcurrencyConfig: { action: 'lambda:PutProvisionedConcurrencyConfig', resource: 'qualified-function' },
  PutResourcePolicy: { action: 'lambda:PutResourcePolicy', resource: 'policy-resource' },
  PutRuntimeManagementConfig: { action: 'lambda:PutRuntimeManagementConfig', resource: 'function' },
  RemoveLayerVersionPermission: { action: 'lambda:RemoveLayerVersionPermission', resource: 'layer-version' },
  RemovePermission: { action: 'lambda:RemovePermission', resource: 'qualified-function' },
  SendDurableExecutionCallbackFailure: {
    action: 'lambda:SendDurableExecutionCallbackFailure',
    resource: 'callback',
  },
  SendDurableExecutionCallbackHeartbeat: {
    action: 'lambda:SendDurableExecutionCallbackHeartbeat',
    resource: 'callback',
  },
  SendDurableExecutionCallbackSuccess: {
    action: 'lambda:SendDurableExecutionCallbackSuccess',
    resource: 'callback',
  },
  StopDurableExecution: { action: 'lambda:StopDurableExecution', resource: 'durable-execution' },
  TagResource: { action: 'lambda:TagResource', resource: 'tagged-resource' },
  UntagResource: { action: 'lambda:UntagResource', resource: 'tagged-resource' },
  UpdateAlias: { action: 'lambda:UpdateAlias', resource: 'function' },
  UpdateCapacityProvider: { action: 'lambda:UpdateCapacityProvider', resource: 'capacity-provider' },
  UpdateCodeSigningConfig: { action: 'lambda:UpdateCodeSigningConfig', resource: 'code-signing-config' },
  UpdateEventSourceMapping: { action: 'lambda:UpdateEventSourceMapping', resource: 'event-source-mapping' },
  UpdateFunctionCode: { action: 'lambda:UpdateFunctionCode', resource: 'function' },
  UpdateFunctionConfiguration: { action: 'lambda:UpdateFunctionConfiguration', resource: 'function' },
  UpdateFunctionEventInvokeConfig: { action: 'lambda:UpdateFunctionEventInvokeConfig', resource: 'function' },
  UpdateFunctionUrlConfig: { action: 'lambda:UpdateFunctionUrlConfig', resource: 'function' },
}
