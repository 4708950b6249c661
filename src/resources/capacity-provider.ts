import { newUuid } from '#base'
import type { lambda } from '#model'
import { checkScaling, conflictingInstanceTypes, providerNameTooLong } from './capacity-provider-errors.ts'
import type { Tags } from './function.ts'
import type { Place } from './function-name.ts'
import { lambdaTime } from './time.ts'

/** What functions on managed instances run on. The instances are this host, so most of it is kept to be shown. */
export interface CapacityProvider {
  readonly account: string
  readonly name: string
  readonly subnetIds: readonly string[]
  readonly securityGroupIds: readonly string[]
  readonly operatorRole: string
  readonly instances: lambda.InstanceRequirements
  /** All environments of its functions together never have more. */
  readonly maxVcpus: number
  readonly scalingMode: string
  readonly scalingPolicies?: readonly lambda.TargetTrackingScalingPolicy[]
  readonly kmsKeyArn?: string
  readonly propagateTags?: lambda.PropagateTags
  readonly telemetry?: lambda.CapacityProviderTelemetryConfig
  readonly lastModifiedMs: number
  readonly revisionId: string
  readonly tags?: Tags
}

// AWS's quotas.
export const PROVIDERS_PER_ACCOUNT = 1000
export const VERSIONS_PER_PROVIDER = 100
// AWS's limit of the name itself; the model bounds only the whole ARN.
const NAME_LIMIT = 64
// AWS's defaults.
const DEFAULT_MAX_VCPUS = 400
const DEFAULT_SCALING_MODE = 'Auto'
const DEFAULT_ARCHITECTURE = 'x86_64'

export function newCapacityProvider(
  { account, name }: { readonly account: string; readonly name: string },
  input: lambda.CreateCapacityProviderRequest,
  tags: Tags | undefined,
  nowMs: number,
): CapacityProvider {
  if (name.length > NAME_LIMIT) throw providerNameTooLong(name, NAME_LIMIT)
  const { VpcConfig, PermissionsConfig, KmsKeyArn } = input
  const blank: CapacityProvider = {
    account,
    name,
    subnetIds: VpcConfig.SubnetIds,
    securityGroupIds: VpcConfig.SecurityGroupIds,
    operatorRole: PermissionsConfig.CapacityProviderOperatorRoleArn,
    instances: readInstances(input.InstanceRequirements),
    maxVcpus: DEFAULT_MAX_VCPUS,
    scalingMode: DEFAULT_SCALING_MODE,
    ...(KmsKeyArn && { kmsKeyArn: KmsKeyArn }),
    lastModifiedMs: nowMs,
    revisionId: '',
    ...(tags && { tags }),
  }
  return updateCapacityProvider(blank, input, nowMs)
}

/** Members left out stay as they are. */
export function updateCapacityProvider(
  current: CapacityProvider,
  input: Omit<lambda.UpdateCapacityProviderRequest, 'CapacityProviderName'>,
  nowMs: number,
): CapacityProvider {
  const { CapacityProviderScalingConfig: scaling = {}, PropagateTags, TelemetryConfig } = input
  const { scalingPolicies: before, ...rest } = current
  const mode = scaling.ScalingMode ?? current.scalingMode
  const policies = scaling.ScalingPolicies ?? (mode === current.scalingMode ? before : undefined)
  checkScaling(mode, policies)
  return {
    ...rest,
    maxVcpus: scaling.MaxVCpuCount ?? current.maxVcpus,
    scalingMode: mode,
    ...(policies && { scalingPolicies: policies }),
    ...(PropagateTags && { propagateTags: PropagateTags }),
    ...(TelemetryConfig && { telemetry: TelemetryConfig }),
    lastModifiedMs: nowMs,
    revisionId: newUuid(),
  }
}

function readInstances(requirements: lambda.InstanceRequirements = {}): lambda.InstanceRequirements {
  const { AllowedInstanceTypes: allowed = [], ExcludedInstanceTypes: excluded = [] } = requirements
  if (allowed.length > 0 && excluded.length > 0) throw conflictingInstanceTypes()
  return { Architectures: [DEFAULT_ARCHITECTURE], ...requirements }
}

export const capacityProviderArn = ({ partition, region }: Place, account: string, name: string): string =>
  `arn:${partition}:lambda:${region}:${account}:capacity-provider:${name}`

/** The name that a name or an ARN means; undefined when it names something elsewhere. */
export function capacityProviderNameIn(place: Place, account: string, nameOrArn: string): string | undefined {
  if (!nameOrArn.startsWith('arn:')) return nameOrArn
  const name = nameOrArn.slice(nameOrArn.lastIndexOf(':') + 1)
  return capacityProviderArn(place, account, name) === nameOrArn ? name : undefined
}

/** There are no instances to wait for, so a provider is Active from the beginning. */
export function describeCapacityProvider(
  place: Place,
  provider: CapacityProvider,
  state: 'Active' | 'Deleting' = 'Active',
): lambda.CapacityProvider {
  const { account, name, scalingPolicies, kmsKeyArn, propagateTags, telemetry } = provider
  return {
    CapacityProviderArn: capacityProviderArn(place, account, name),
    State: state,
    VpcConfig: { SubnetIds: provider.subnetIds, SecurityGroupIds: provider.securityGroupIds },
    PermissionsConfig: { CapacityProviderOperatorRoleArn: provider.operatorRole },
    InstanceRequirements: provider.instances,
    CapacityProviderScalingConfig: {
      MaxVCpuCount: provider.maxVcpus,
      ScalingMode: provider.scalingMode,
      ...(scalingPolicies && { ScalingPolicies: scalingPolicies }),
    },
    ...(kmsKeyArn && { KmsKeyArn: kmsKeyArn }),
    ...(propagateTags && { PropagateTags: propagateTags }),
    ...(telemetry && { TelemetryConfig: telemetry }),
    LastModified: lambdaTime(provider.lastModifiedMs),
  }
}
