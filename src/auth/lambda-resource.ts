import assert from 'node:assert/strict'
import type { AuthorizationEntry, AuthorizedResource } from './lambda-actions.ts'

/** Where this service is. */
export interface Place {
  readonly partition: string
  readonly region: string
  readonly account: string
}

/** A function as the request addresses it, after its name was taken apart. */
export interface AddressedFunction {
  readonly account: string
  readonly functionName: string
  /** From the name or from the parameter; `$LATEST`, a version or an alias. */
  readonly qualifier?: string | undefined
}

/** A decoded input; only its names and ARNs are read. */
type Input = Readonly<Record<string, unknown>>

/** The ARN that policies are asked about; undefined when only the operation can tell. `addressed` is needed for the entries that are about a function. */
export function authorizationResource(
  entry: AuthorizationEntry,
  input: Input,
  place: Place,
  addressed?: AddressedFunction,
): string | undefined {
  switch (entry.resource) {
    case 'callback':
      return undefined
    case 'none':
      return '*'
    case 'function':
      return functionArn(place, given(addressed))
    case 'qualified-function':
      return qualifiedFunctionArn(place, given(addressed))
    default:
      return resourceArns[entry.resource](input, place)
  }
}

type OtherResource = Exclude<AuthorizedResource, 'none' | 'callback' | 'function' | 'qualified-function'>

const resourceArns: Readonly<Record<OtherResource, (input: Input, place: Place) => string>> = {
  layer: ({ LayerName }, place) => named('layer', LayerName, place),
  'layer-version': ({ Arn, LayerName, VersionNumber }, place) =>
    Arn === undefined ? `${named('layer', LayerName, place)}:${VersionNumber}` : String(Arn),
  'event-source-mapping': ({ UUID }, place) => named('event-source-mapping', UUID, place),
  'code-signing-config': ({ CodeSigningConfigArn }, place) => named('code-signing-config', CodeSigningConfigArn, place),
  'capacity-provider': ({ CapacityProviderName }, place) => named('capacity-provider', CapacityProviderName, place),
  'durable-execution': ({ DurableExecutionArn }) => text(DurableExecutionArn),
  'tagged-resource': ({ Resource }) => text(Resource),
  'policy-resource': ({ ResourceArn }) => text(ResourceArn),
}

export const functionArn = (place: Place, { account, functionName }: AddressedFunction) =>
  `arn:${place.partition}:lambda:${place.region}:${account}:function:${functionName}`

export const qualifiedFunctionArn = (place: Place, addressed: AddressedFunction) =>
  addressed.qualifier === undefined
    ? functionArn(place, addressed)
    : `${functionArn(place, addressed)}:${addressed.qualifier}`

/** Most inputs take a name or an ARN; an ARN stays as it was addressed. */
function named(type: string, nameOrArn: unknown, { partition, region, account }: Place): string {
  const name = text(nameOrArn)
  return name.startsWith('arn:') ? name : `arn:${partition}:lambda:${region}:${account}:${type}:${name}`
}

const text = (member: unknown) => String(given(member))

/** Never authorize against the wrong resource because somebody forgot to name the right one. */
function given<Value>(value: Value | undefined): Value {
  assert(value !== undefined, 'An authorized operation must name its resource.')
  return value
}
