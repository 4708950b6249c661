export { type Alias, chooseVersion, describeAlias, newAlias, updateAlias, type WeightedVersion } from './alias.ts'
export * from './alias-errors.ts'
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
export type { QueuedEvent } from './event.ts'
export {
  type ApplicationLogLevel,
  type CodePackage,
  type Deployment,
  type FileSystemMount,
  type FunctionConfiguration,
  type FunctionState,
  type FunctionVersion,
  LATEST,
  type LoggingConfig,
  type Reason,
  type SystemLogLevel,
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
export { beginUpdate, isSettled, newFunction, served, settle } from './function-state.ts'
export { type AccessKey, type InlinePolicy, type Page, type Role, roleArn, roleNameIn, type User } from './identity.ts'
export { noticesFor } from './notices.ts'
export { payloadLimitBytes, payloadTooLarge } from './payload-limit.ts'
export { checkCode, isUnchangedSince, type Publication, publish } from './publish.ts'
export { runtimeVersionArn } from './runtimes.ts'
export { addTags, checkTags, onlyFunctionsHaveTags, removeTags, taggedResourceNotFound } from './tags.ts'
