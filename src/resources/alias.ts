import { newUuid } from '#base'
import type { lambda } from '#model'
import { latestCannotShare, tooManyWeights, versionAlreadyRouted } from './alias-errors.ts'
import { LATEST } from './function.ts'
import { functionArn, type Place } from './function-name.ts'
import type { ResourcePolicy } from './resource-policy.ts'

/** A name that points to a version of a function, or to two of them. */
export interface Alias {
  readonly account: string
  readonly functionName: string
  readonly name: string
  readonly version: string
  readonly description: string
  readonly revisionId: string
  /** A second version, and the share of invocations between 0 and 1 that runs it. */
  readonly routing?: WeightedVersion
  readonly policy?: ResourcePolicy
}

export interface WeightedVersion {
  readonly version: string
  readonly weight: number
}

export function newAlias(
  of: { readonly account: string; readonly functionName: string },
  input: lambda.CreateAliasRequest,
): Alias {
  const routing = readRouting(input.RoutingConfig)
  return checkRouting({
    account: of.account,
    functionName: of.functionName,
    name: input.Name,
    version: input.FunctionVersion,
    description: input.Description ?? '',
    revisionId: newUuid(),
    ...(routing && { routing }),
  })
}

/** The alias after an update: members left out stay as they are, empty weights take the second version away. */
export function updateAlias(current: Alias, input: lambda.UpdateAliasRequest): Alias {
  const { routing: before, ...rest } = current
  const routing = input.RoutingConfig === undefined ? before : readRouting(input.RoutingConfig)
  return checkRouting({
    ...rest,
    version: input.FunctionVersion ?? current.version,
    description: input.Description ?? current.description,
    revisionId: newUuid(),
    ...(routing && { routing }),
  })
}

/** The version that one invocation runs; `draw` is a random number from 0 up to 1. */
export function chooseVersion({ version, routing }: Alias, draw: number): string {
  return routing && draw < routing.weight ? routing.version : version
}

export function describeAlias(place: Place, alias: Alias): lambda.AliasConfiguration {
  const { routing } = alias
  return {
    AliasArn: functionArn(place, { ...alias, qualifier: alias.name }),
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    ...(routing && { RoutingConfig: { AdditionalVersionWeights: { [routing.version]: routing.weight } } }),
    RevisionId: alias.revisionId,
  }
}

// AWS's limit; the wire form has room for more.
const WEIGHT_LIMIT = 1

function readRouting(config: lambda.AliasRoutingConfiguration | undefined): WeightedVersion | undefined {
  const weights = Object.entries(config?.AdditionalVersionWeights ?? {})
  if (weights.length > WEIGHT_LIMIT) throw tooManyWeights(WEIGHT_LIMIT)
  const [first] = weights
  return first && { version: first[0], weight: first[1] }
}

function checkRouting(alias: Alias): Alias {
  if (!alias.routing) return alias
  if (alias.routing.version === alias.version) throw versionAlreadyRouted(alias.version)
  if (alias.version === LATEST) throw latestCannotShare()
  return alias
}
