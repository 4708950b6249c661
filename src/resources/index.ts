export { type Alias, chooseVersion, describeAlias, newAlias, updateAlias, type WeightedVersion } from './alias.ts'
export * from './alias-errors.ts'
export {
  type CapacityProvider,
  capacityProviderArn,
  capacityProviderNameIn,
  describeCapacityProvider,
  newCapacityProvider,
  PROVIDERS_PER_ACCOUNT,
  updateCapacityProvider,
  VERSIONS_PER_PROVIDER,
} from './capacity-provider.ts'
export * from './capacity-provider-errors.ts'
export * from './code-errors.ts'
export {
  type CodeSigningConfig,
  codeSigningConfigArn,
  codeSigningConfigIdIn,
  describeCodeSigningConfig,
  newCodeSigningConfig,
  updateCodeSigningConfig,
} from './code-signing-config.ts'
export * from './code-signing-errors.ts'
export {
  ACCOUNT_CONCURRENCY,
  MAXIMUM_RESERVED,
  type ThrottleReason,
  throttled,
  tooMuchReserved,
} from './concurrency.ts'
export { describeFunction, describeListed, describeListedVersion } from './describe-function.ts'
export type { FunctionAnswer, QueuedEvent } from './event.ts'
export type { EndCondition, EventEnd } from './event-end.ts'
export {
  checkDestinationKinds,
  describeEventInvokeConfig,
  destinationsIn,
  type EventInvokeConfig,
  eventInvokeConfigOf,
  saysNothing,
} from './event-invoke-config.ts'
export * from './event-invoke-errors.ts'
export type { FailedEvent } from './failed-event.ts'
export {
  type ApplicationLogLevel,
  type CapacityAttachment,
  type CodePackage,
  type Deployment,
  type FileSystemMount,
  type FunctionConfiguration,
  type FunctionLayer,
  type FunctionState,
  type FunctionVersion,
  type ImageSource,
  LATEST,
  LATEST_PUBLISHED,
  type LoggingConfig,
  type Reason,
  type SystemLogLevel,
  type Tags,
  type UpdateStatus,
} from './function.ts'
export { createConfiguration, updateConfiguration } from './function-configuration.ts'
export * from './function-errors.ts'
export { checkLayers, checkUnzippedSize, layerCode, withLayers } from './function-layers.ts'
export {
  type FunctionAddress,
  type FunctionName,
  functionArn,
  isAliasName,
  isPublishedVersion,
  isVersion,
  isVersionNumber,
  type Place,
  parseFunctionName,
  partitionOf,
  qualifiedArn,
} from './function-name.ts'
export type { FunctionSetting } from './function-setting.ts'
export { beginUpdate, failToSettle, isSettled, isUnderWay, newFunction, served, settle } from './function-state.ts'
export {
  describeChangedFunctionUrl,
  describeFunctionUrl,
  describeNewFunctionUrl,
  type FunctionUrl,
  newFunctionUrl,
  type UrlAuthType,
  updateFunctionUrl,
  urlFunctionArn,
} from './function-url.ts'
export * from './function-url-errors.ts'
export {
  type AccessKey,
  type Group,
  type InlinePolicy,
  type LastUse,
  type Page,
  type Principal,
  type PrincipalKind,
  principalArn,
  type Role,
  roleArn,
  roleNameIn,
  type User,
} from './identity.ts'
export * from './image-errors.ts'
export { IMAGE_MOUNTS, IMAGE_PRELOAD } from './image-mounts.ts'
export { type ImageAddress, imageRepositoryArn, parseImageUri, resolvedImageUri } from './image-uri.ts'
export { busEvent, deadLetterAttributes, invocationRecord, recordKey } from './invocation-record.ts'
export {
  describeLayer,
  describeLayerVersion,
  describeListedLayerVersion,
  type LayerVersion,
  type NewLayerVersion,
  newLayerVersion,
} from './layer.ts'
export * from './layer-errors.ts'
export {
  type LayerAddress,
  type LayerVersionAddress,
  layerArn,
  layerVersionArn,
  parseLayerName,
  parseLayerVersionArn,
} from './layer-name.ts'
export {
  architectureNotOfProvider,
  isManagedLatest,
  notForManaged,
  onlyForManaged,
  vcpusOf,
} from './managed-instances.ts'
export {
  type AwsManagedPolicy,
  findAwsManaged,
  isAwsManaged,
  listAwsManaged,
  type ManagedPolicy,
  type PolicyUsage,
  type PolicyVersion,
  VERSIONS_PER_POLICY,
  versionId,
  versionNumber,
} from './managed-policy.ts'
export { isInvocable, notInvocable } from './not-invocable.ts'
export { noticesFor } from './notices.ts'
export type { OutboxMessage } from './outbox-message.ts'
export { payloadLimitBytes, payloadTooLarge } from './payload-limit.ts'
export { functionPermission, layerPermission } from './permission.ts'
export * from './policy-errors.ts'
export {
  type Allocation,
  aliasIsProvisioned,
  describeProvisionedConcurrency,
  lessThanProvisioned,
  moreThanReserved,
  moreThanUnreserved,
  NOTHING_ALLOCATED,
  noProvisionedConcurrency,
  onlyAliasesAndVersions,
  onlyPublishedVersions,
  type ProvisionedConcurrency,
  versionIsProvisioned,
} from './provisioned-concurrency.ts'
export { checkCode, isUnchangedSince, type Publication, publish, publishUnnumbered } from './publish.ts'
export { DEFAULT_RECURSIVE_LOOP, type Recursion, recursiveInvocation } from './recursion.ts'
export {
  addStatement,
  conditionValuesIn,
  type PolicyStatement,
  principalsIn,
  type ResourcePolicy,
  removeStatement,
  resourcePolicy,
} from './resource-policy.ts'
export { describeRuntimeManagement, type RuntimeManagement, runtimeManagementOf } from './runtime-management.ts'
export { runtimeVersionArn } from './runtimes.ts'
export { type Bounds, boundsOf, describeScaling, scaleVersion } from './scaling.ts'
export { addTags, checkTags, onlyFunctionsHaveTags, removeTags, taggedResourceNotFound } from './tags.ts'
export {
  deadLettersDenied,
  destinationDenied,
  type NeededRight,
  rightsFor,
  type TargetService,
  targetNotReachable,
  targetServiceOf,
} from './target.ts'
