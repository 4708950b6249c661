import type { lambda } from '#model'
import { type Attachments, updateAttachments } from './attachments.ts'
import { checkVariables } from './environment-variables.ts'
import type { FunctionConfiguration, TracingMode } from './function.ts'
import { invalidParameter, notSupportedYet } from './function-errors.ts'
import { checkPackageType, updateImageConfig } from './image-config.ts'
import { defaultLogging, defaultManagedLogging, updateLogging } from './logging.ts'
import { checkManaged, MANAGED_MEMORY_MB, onlyForManaged, readCapacity } from './managed-instances.ts'
import { isKnownRuntime, isRetiredRuntime, runtimeValueSet } from './runtimes.ts'
import { checkSnapStart } from './snap-start.ts'

// AWS's defaults of CreateFunction.
const DEFAULT_TIMEOUT_SECONDS = 3
const DEFAULT_MEMORY_MB = 128
const DEFAULT_EPHEMERAL_STORAGE_MB = 512

/** The settings of a new function, with AWS's defaults for those left out. */
export function createConfiguration(functionName: string, input: lambda.CreateFunctionRequest): FunctionConfiguration {
  refuseWithoutEffect(input)
  const packageType = input.PackageType === 'Image' ? 'Image' : 'Zip'
  checkPackageType(packageType, input)
  const capacity = input.CapacityProviderConfig && readCapacity(input.CapacityProviderConfig)
  const configuration: FunctionConfiguration = {
    description: input.Description ?? '',
    role: input.Role,
    ...(packageType === 'Zip' && createRuntime(input)),
    timeoutSeconds: input.Timeout ?? DEFAULT_TIMEOUT_SECONDS,
    memoryMb: input.MemorySize ?? (capacity ? MANAGED_MEMORY_MB : DEFAULT_MEMORY_MB),
    ephemeralStorageMb: input.EphemeralStorage?.Size ?? DEFAULT_EPHEMERAL_STORAGE_MB,
    architecture: input.Architectures?.[0] ?? 'x86_64',
    packageType,
    ...updateImageConfig(undefined, input.ImageConfig),
    ...(input.Environment && { variables: checkVariables(input.Environment.Variables ?? {}) }),
    tracingMode: updateTracing('PassThrough', input.TracingConfig),
    logging: updateLogging((capacity ? defaultManagedLogging : defaultLogging)(functionName), input.LoggingConfig),
    ...updateAttachments({}, input),
    ...(capacity && { capacity }),
  }
  return checkSnapStart(checkManaged(configuration))
}

/** The settings after an update: members left out stay as they are. */
export function updateConfiguration(
  current: FunctionConfiguration,
  input: lambda.UpdateFunctionConfigurationRequest,
): FunctionConfiguration {
  if (input.CapacityProviderConfig && !current.capacity) throw onlyForManaged('CapacityProviderConfig')
  refuseWithoutEffect(input)
  checkPackageType(current.packageType, input)
  const { variables, imageConfig, ...rest } = withoutAttachments(current)
  const configuration: FunctionConfiguration = {
    ...rest,
    ...updateVariables(variables, input.Environment),
    ...updateAttachments(current, input),
    ...updateImageConfig(imageConfig, input.ImageConfig),
    description: input.Description ?? current.description,
    role: input.Role ?? current.role,
    ...(input.Runtime !== undefined && { runtime: checkRuntime(input.Runtime) }),
    ...(input.Handler !== undefined && { handler: input.Handler }),
    timeoutSeconds: input.Timeout ?? current.timeoutSeconds,
    memoryMb: input.MemorySize ?? current.memoryMb,
    ephemeralStorageMb: input.EphemeralStorage?.Size ?? current.ephemeralStorageMb,
    tracingMode: updateTracing(current.tracingMode, input.TracingConfig),
    logging: updateLogging(current.logging, input.LoggingConfig),
    ...(input.CapacityProviderConfig && { capacity: readCapacity(input.CapacityProviderConfig) }),
  }
  return checkSnapStart(checkManaged(configuration))
}

/** Replaced as a whole. Unlike a creation, an update with none leaves no Environment to show: Terraform relies on it. */
function updateVariables(
  current: FunctionConfiguration['variables'],
  environment: lambda.Environment | undefined,
): Pick<FunctionConfiguration, 'variables'> {
  if (!environment) return current ? { variables: current } : {}
  const variables = checkVariables(environment.Variables ?? {})
  return Object.keys(variables).length === 0 ? {} : { variables }
}

const updateTracing = (current: TracingMode, { Mode }: lambda.TracingConfig = {}): TracingMode =>
  // The model lets no other value through.
  (Mode as TracingMode | undefined) ?? current

function withoutAttachments(configuration: FunctionConfiguration): Omit<FunctionConfiguration, keyof Attachments> {
  const { vpc: _, fileSystems: __, snapStart: ___, kmsKeyArn: ____, deadLetterArn: _____, ...rest } = configuration
  return rest
}

function createRuntime({ Runtime, Handler }: lambda.CreateFunctionRequest) {
  if (!Runtime || !Handler) {
    throw invalidParameter(
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    )
  }
  return { runtime: checkRuntime(Runtime), handler: Handler }
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
  const settings: Readonly<Record<string, boolean>> = {
    DurableConfig: input.DurableConfig !== undefined,
    TenancyConfig: 'TenancyConfig' in input && input.TenancyConfig !== undefined,
  }
  const found = Object.entries(settings).find(([, isSet]) => isSet)
  if (found) throw notSupportedYet(found[0])
}
