import type { lambda } from '#model'
import type { FileSystemMount, FunctionVersion } from './function.ts'
import { functionArn, type Place } from './function-name.ts'
import { describeImageConfig } from './image-config.ts'
import { describeLogging } from './logging.ts'
import { describeCapacity } from './managed-instances.ts'
import { runtimeVersionArn } from './runtimes.ts'
import { describeSnapStart } from './snap-start.ts'
import { lambdaTime } from './time.ts'
import { describeVpc } from './vpc.ts'

/** A version as GetFunctionConfiguration shows it. `qualifier` is repeated in the ARN as the request gave it. */
export function describeFunction(
  place: Place,
  version: FunctionVersion,
  qualifier?: string,
): lambda.FunctionConfiguration {
  const { runtime } = version.configuration
  return {
    ...describeListed(place, version, qualifier),
    State: version.state,
    ...(version.stateReason && { StateReason: version.stateReason.text, StateReasonCode: version.stateReason.code }),
    ...(version.lastUpdateStatus && { LastUpdateStatus: version.lastUpdateStatus }),
    ...(version.lastUpdateReason && {
      LastUpdateStatusReason: version.lastUpdateReason.text,
      LastUpdateStatusReasonCode: version.lastUpdateReason.code,
    }),
    ...(runtime !== undefined && {
      RuntimeVersionConfig: { RuntimeVersionArn: runtimeVersionArn(place.partition, place.region, runtime) },
    }),
  }
}

/** A version as lists show it: without its states and the version of its runtime. */
export function describeListed(
  place: Place,
  version: FunctionVersion,
  qualifier?: string,
): lambda.FunctionConfiguration {
  const { configuration, code } = version
  return {
    FunctionName: version.functionName,
    FunctionArn: functionArn(place, { ...version, ...(qualifier !== undefined && { qualifier }) }),
    ...(configuration.runtime !== undefined && { Runtime: configuration.runtime }),
    Role: configuration.role,
    ...(configuration.handler !== undefined && { Handler: configuration.handler }),
    CodeSize: code.size,
    Description: configuration.description,
    Timeout: configuration.timeoutSeconds,
    MemorySize: configuration.memoryMb,
    LastModified: lambdaTime(version.lastModifiedMs),
    CodeSha256: code.sha256,
    Version: version.version,
    ...(configuration.vpc && { VpcConfig: describeVpc(place, version.account, configuration.vpc) }),
    ...(configuration.deadLetterArn && { DeadLetterConfig: { TargetArn: configuration.deadLetterArn } }),
    ...(configuration.variables && { Environment: { Variables: configuration.variables } }),
    ...(configuration.kmsKeyArn && { KMSKeyArn: configuration.kmsKeyArn }),
    TracingConfig: { Mode: configuration.tracingMode },
    RevisionId: version.revisionId,
    ...(configuration.layers && {
      Layers: configuration.layers.map(({ arn, code }) => ({ Arn: arn, CodeSize: code.size })),
    }),
    ...(configuration.capacity && { CapacityProviderConfig: describeCapacity(configuration.capacity) }),
    ...(configuration.fileSystems && { FileSystemConfigs: configuration.fileSystems.map(describeMount) }),
    PackageType: configuration.packageType,
    ...(configuration.imageConfig && { ImageConfigResponse: describeImageConfig(configuration.imageConfig) }),
    Architectures: [configuration.architecture],
    EphemeralStorage: { Size: configuration.ephemeralStorageMb },
    SnapStart: describeSnapStart(version),
    LoggingConfig: describeLogging(configuration.logging),
  }
}

/** Lists that show all versions qualify every ARN, `$LATEST` too. */
export const describeListedVersion = (place: Place, version: FunctionVersion) =>
  describeListed(place, version, version.version)

const describeMount = ({ accessPointArn, mountPath }: FileSystemMount): lambda.FileSystemConfig => ({
  Arn: accessPointArn,
  LocalMountPath: mountPath,
})
