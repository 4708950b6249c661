import { newUuid } from '#base'
import { accessDeniedException, type lambda } from '#model'
import type { FunctionVersion, Scaling } from './function.ts'
import { invalidParameter } from './function-errors.ts'
import { settledState } from './function-state.ts'

/** How many environments a version on managed instances has, whatever its load. */
export interface Bounds {
  readonly least: number
  readonly most: number
}

// AWS keeps three, one in each of three availability zones; this is one host.
const DEFAULT_LEAST = 1

export function boundsOf({
  scaling: { least = DEFAULT_LEAST, most = Number.POSITIVE_INFINITY } = {},
}: {
  readonly scaling?: Scaling
}): Bounds {
  return { least: Math.min(least, most), most }
}

/** The version with other bounds, replaced as a whole: members left out become the defaults. None at all deactivates it. */
export function scaleVersion(
  { scaling: _, ...version }: FunctionVersion,
  { MinExecutionEnvironments: least, MaxExecutionEnvironments: most }: lambda.FunctionScalingConfig = {},
): FunctionVersion {
  if (!version.configuration.capacity) throw noCapacityProvider()
  if (least !== undefined && most !== undefined && least > most)
    throw invalidParameter('MinExecutionEnvironments must not be greater than MaxExecutionEnvironments.')
  const scaling = { ...(least !== undefined && { least }), ...(most !== undefined && { most }) }
  const scaled = { ...version, scaling, revisionId: newUuid() }
  const isRunning = version.state === 'Active' || version.state === 'Deactivated'
  return isRunning ? { ...scaled, state: settledState(scaled) } : scaled
}

export function describeScaling(
  version: FunctionVersion,
): Omit<lambda.GetFunctionScalingConfigResponse, 'FunctionArn'> {
  if (!version.configuration.capacity) throw noCapacityProvider()
  const { least, most } = version.scaling ?? {}
  return {
    AppliedFunctionScalingConfig: describe(boundsOf(version)),
    ...(version.scaling && { RequestedFunctionScalingConfig: describe({ least, most }) }),
  }
}

const describe = ({ least, most = Number.POSITIVE_INFINITY }: Scaling): lambda.FunctionScalingConfig => ({
  ...(least !== undefined && { MinExecutionEnvironments: least }),
  ...(Number.isFinite(most) && { MaxExecutionEnvironments: most }),
})

const noCapacityProvider = () =>
  accessDeniedException('The function provided by the arn does not contain a capacity provider configuration')
