import type { lambda } from '#model'
import { type CapacityAttachment, type FunctionConfiguration, type FunctionVersion, LATEST } from './function.ts'
import { invalidParameter } from './function-errors.ts'
import { hasManagedInstances } from './runtimes.ts'
import { isAttached } from './vpc.ts'

/** AWS's default of functions on managed instances, and the least that they may have. */
export const MANAGED_MEMORY_MB = 2048

// AWS's defaults.
const DEFAULT_MAX_CONCURRENCY = 16
const DEFAULT_GIB_PER_VCPU = 2

/** How a function is to use a capacity provider. Replaced as a whole: members left out become the defaults. */
export function readCapacity({
  LambdaManagedInstancesCapacityProviderConfig: config,
}: lambda.CapacityProviderConfig): CapacityAttachment {
  return {
    providerArn: config.CapacityProviderArn,
    maxConcurrency: config.PerExecutionEnvironmentMaxConcurrency ?? DEFAULT_MAX_CONCURRENCY,
    memoryGibPerVcpu: config.ExecutionEnvironmentMemoryGiBPerVCpu ?? DEFAULT_GIB_PER_VCPU,
  }
}

export const describeCapacity = (capacity: CapacityAttachment): lambda.CapacityProviderConfig => ({
  LambdaManagedInstancesCapacityProviderConfig: {
    CapacityProviderArn: capacity.providerArn,
    PerExecutionEnvironmentMaxConcurrency: capacity.maxConcurrency,
    ExecutionEnvironmentMemoryGiBPerVCpu: capacity.memoryGibPerVcpu,
  },
})

/** What one environment of the function takes of its provider. */
export const vcpusOf = ({ memoryMb, capacity }: FunctionConfiguration): number =>
  capacity ? memoryMb / 1024 / capacity.memoryGibPerVcpu : 0

/** The configuration itself, when managed instances can run it, if they are to. */
export function checkManaged(configuration: FunctionConfiguration): FunctionConfiguration {
  const { capacity, runtime, memoryMb, vpc, snapStart, logging } = configuration
  if (!capacity) return configuration
  if (runtime !== undefined && !hasManagedInstances(runtime))
    throw invalidParameter(`Runtime Enum ${runtime} does not support specified feature: Lambda Managed Instances`)
  if (isAttached(vpc)) throw notForManaged('VpcConfig')
  if (snapStart) throw notForManaged('SnapStart')
  if (logging.format === 'Text') throw notForManaged('LogFormat Text')
  if (memoryMb < MANAGED_MEMORY_MB)
    throw invalidParameter(`MemorySize must be at least ${MANAGED_MEMORY_MB} for Lambda Managed Instances functions.`)
  if (vcpusOf(configuration) < 1)
    throw invalidParameter(
      `MemorySize ${memoryMb} with ${capacity.memoryGibPerVcpu} GiB for each vCPU is less than one vCPU.`,
    )
  return configuration
}

/** `$LATEST` of a function on managed instances is edited and published, and never runs. */
export const isManagedLatest = ({ version, configuration }: FunctionVersion): boolean =>
  version === LATEST && configuration.capacity !== undefined

// AWS says it the other way round.
export const notForManaged = (setting: string) =>
  invalidParameter(`${setting} isn't supported for Lambda Managed Instances functions.`)

export const onlyForManaged = (setting: string) =>
  invalidParameter(`${setting} isn't supported for Lambda Default functions.`)

export const architectureNotOfProvider = (architecture: string, arn: string) =>
  invalidParameter(`The capacity provider ${arn} has no instances of the architecture ${architecture}.`)
