import type { lambda } from '#model'
import { checkVariables } from './environment-variables.ts'
import type { FunctionConfiguration, LoggingConfig } from './function.ts'
import { invalidParameter, notSupportedYet } from './function-errors.ts'
import { isKnownRuntime, isRetiredRuntime, runtimeValueSet } from './runtimes.ts'

// AWS's defaults of CreateFunction.
const DEFAULT_TIMEOUT_SECONDS = 3
const DEFAULT_MEMORY_MB = 128
const DEFAULT_EPHEMERAL_STORAGE_MB = 512

/** The settings of a new function, with AWS's defaults for those left out. */
export function createConfiguration(functionName: string, input: lambda.CreateFunctionRequest): FunctionConfiguration {
  refuseWithoutEffect(input)
  if (input.PackageType === 'Image') throw notSupportedYet('PackageType Image')
  if (!input.Runtime || !input.Handler) {
    throw invalidParameter(
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    )
  }
  return {
    description: input.Description ?? '',
    role: input.Role,
    runtime: checkRuntime(input.Runtime),
    handler: input.Handler,
    timeoutSeconds: input.Timeout ?? DEFAULT_TIMEOUT_SECONDS,
    memoryMb: input.MemorySize ?? DEFAULT_MEMORY_MB,
    ephemeralStorageMb: input.EphemeralStorage?.Size ?? DEFAULT_EPHEMERAL_STORAGE_MB,
    architecture: input.Architectures?.[0] ?? 'x86_64',
    packageType: 'Zip',
    ...(input.Environment && { variables: checkVariables(input.Environment.Variables ?? {}) }),
    tracingMode: 'PassThrough',
    logging: updateLogging({ format: 'Text', group: `/aws/lambda/${functionName}` }, input.LoggingConfig),
  }
}

/** The settings after an update: members left out stay as they are. */
export function updateConfiguration(
  current: FunctionConfiguration,
  input: lambda.UpdateFunctionConfigurationRequest,
): FunctionConfiguration {
  refuseWithoutEffect(input)
  return {
    ...current,
    description: input.Description ?? current.description,
    role: input.Role ?? current.role,
    runtime: input.Runtime === undefined ? current.runtime : checkRuntime(input.Runtime),
    handler: input.Handler ?? current.handler,
    timeoutSeconds: input.Timeout ?? current.timeoutSeconds,
    memoryMb: input.MemorySize ?? current.memoryMb,
    ephemeralStorageMb: input.EphemeralStorage?.Size ?? current.ephemeralStorageMb,
    ...(input.Environment && { variables: checkVariables(input.Environment.Variables ?? {}) }),
    logging: updateLogging(current.logging, input.LoggingConfig),
  }
}

function updateLogging(current: LoggingConfig, change: lambda.LoggingConfig | undefined): LoggingConfig {
  const format = change?.LogFormat ?? current.format
  const hasLevel = change?.ApplicationLogLevel !== undefined || change?.SystemLogLevel !== undefined
  if (format === 'Text' && hasLevel) {
    throw invalidParameter(
      'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "JSON" and try again.',
    )
  }
  if (format === 'JSON') throw notSupportedYet('LogFormat JSON')
  return { format: 'Text', group: change?.LogGroup ?? current.group }
}

function checkRuntime(runtime: string): string {
  if (isRetiredRuntime(runtime)) {
    throw invalidParameter(
      `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
    )
  }
  if (!isKnownRuntime(runtime)) {
    throw invalidParameter(
      `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: ${runtimeValueSet} or be a valid ARN`,
    )
  }
  return runtime
}

/** Refuses settings that would be stored and have no effect. Their neutral values, with which tools clear them, pass. */
function refuseWithoutEffect(input: lambda.CreateFunctionRequest | lambda.UpdateFunctionConfigurationRequest): void {
  const { VpcConfig: vpc } = input
  const settings: Readonly<Record<string, boolean>> = {
    FileSystemConfigs: hasElements(input.FileSystemConfigs),
    VpcConfig: hasElements(vpc?.SubnetIds) || hasElements(vpc?.SecurityGroupIds),
    DeadLetterConfig: Boolean(input.DeadLetterConfig?.TargetArn),
    KMSKeyArn: Boolean(input.KMSKeyArn),
    'SnapStart ApplyOn PublishedVersions': input.SnapStart?.ApplyOn === 'PublishedVersions',
    'TracingConfig Mode Active': input.TracingConfig?.Mode === 'Active',
    ImageConfig: Object.keys(input.ImageConfig ?? {}).length > 0,
    CapacityProviderConfig: input.CapacityProviderConfig !== undefined,
    DurableConfig: input.DurableConfig !== undefined,
    TenancyConfig: 'TenancyConfig' in input && input.TenancyConfig !== undefined,
    CodeSigningConfigArn: 'CodeSigningConfigArn' in input && Boolean(input.CodeSigningConfigArn),
    PublishTo: 'PublishTo' in input && input.PublishTo !== undefined,
  }
  const found = Object.entries(settings).find(([, isSet]) => isSet)
  if (found) throw notSupportedYet(found[0])
}

const hasElements = (list: readonly unknown[] | undefined) => list !== undefined && list.length > 0
