export { type Alias, chooseVersion, describeAlias, newAlias, updateAlias, type WeightedVersion } from './alias.ts'
export * from './alias-errors.ts'
export {
  ACCOUNT_CONCURRENCY,
  MAXIMUM_RESERVED,
  type ThrottleReason,
  throttled,
  tooMuchReserved,
} from './concurrency.ts'
export { describeFunction, describeListed, describeListedVersion } from './describe-function.ts'
export type { QueuedEvent } from './event.ts'
export {
  type CodePackage,
  type FunctionConfiguration,
  type FunctionState,
  type FunctionVersion,
  LATEST,
  type LoggingConfig,
  type Reason,
  type Tags,
  type UpdateStatus,
} from './function.ts'
export { createConfiguration, updateConfiguration } from './function-configuration.ts'
export * from './function-errors.ts'
export {
  type FunctionAddress,
  type FunctionName,
  functionArn,
  isVersion,
  isVersionNumber,
  type Place,
  parseFunctionName,
  partitionOf,
  qualifiedArn,
} from './function-name.ts'
export { beginUpdate, isSettled, newFunction, settle } from './function-state.ts'
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
export { payloadLimitBytes, payloadTooLarge } from './payload-limit.ts'
export { checkCode, isUnchangedSince, type Publication, publish } from './publish.ts'
export { runtimeVersionArn } from './runtimes.ts'
export { addTags, checkTags, onlyFunctionsHaveTags, removeTags, taggedResourceNotFound } from './tags.ts'
