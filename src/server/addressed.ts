import { type Caller, type CompiledPolicy, compiledResourcePolicy } from '#auth'
import {
  type Alias,
  type CodeSigningConfig,
  codeSigningConfigArn,
  codeSigningConfigIdIn,
  type FunctionAddress,
  type FunctionVersion,
  functionArn,
  isVersion,
  LATEST,
  type Place,
  type Tags,
} from '#resources'
import type { Store } from '#store'

/** What policies may be asked about of what a request addresses: tags, and the policy of its own. */
export interface Addressed {
  /** The function as a whole. */
  readonly latest: FunctionVersion | undefined
  /** The published version or the alias, if the request names one. */
  readonly qualified: FunctionVersion | Alias | undefined
  /** The code signing configuration, where the request is about one. */
  readonly config?: CodeSigningConfig | undefined
}

const NOTHING: Addressed = { latest: undefined, qualified: undefined }

/** The code signing configuration of this ARN, in the place of a function. Of the root user nothing is asked. */
export async function findAddressedConfig(store: Store, place: Place, caller: Caller, arn: string): Promise<Addressed> {
  const id = caller.kind === 'root' ? undefined : codeSigningConfigIdIn(place, caller.account, arn)
  return id === undefined ? NOTHING : { ...NOTHING, config: await store.codeSigning.find(caller.account, id) }
}

/** At once when it is in memory: an invocation that is warm waits for nothing. Of the root user at home nothing is asked. */
export function findAddressed(store: Store, address: FunctionAddress, caller?: Caller): Addressed | Promise<Addressed> {
  const { account, functionName, qualifier } = address
  if (functionName === '' || (caller?.kind === 'root' && caller.account === account)) return NOTHING
  const latest = store.functions.peek(account, functionName, LATEST)
  const qualified = peekQualified(store, account, functionName, qualifier)
  if (latest === 'unknown' || qualified === 'unknown') return readAddressed(store, address)
  return { latest, qualified }
}

function peekQualified({ functions, aliases }: Store, account: string, functionName: string, qualifier = LATEST) {
  if (qualifier === LATEST) return undefined
  return (isVersion(qualifier) ? functions : aliases).peek(account, functionName, qualifier)
}

/** As values: what is read need not stay in memory. */
async function readAddressed({ functions, aliases }: Store, address: FunctionAddress): Promise<Addressed> {
  const { account, functionName, qualifier = LATEST } = address
  const [latest, qualified] = await Promise.all([
    functions.find(account, functionName, LATEST),
    qualifier === LATEST
      ? undefined
      : (isVersion(qualifier) ? functions : aliases).find(account, functionName, qualifier),
  ])
  return { latest, qualified }
}

/** The policy of the resource of this ARN, if it is the function that the request addresses, or its version or alias. */
export function resourcePolicyOf(
  { latest, qualified }: Addressed,
  place: Place,
  { account, functionName, qualifier }: FunctionAddress,
  resource: string,
): CompiledPolicy | undefined {
  if (latest?.policy && resource === functionArn(place, { account, functionName }))
    return compiledResourcePolicy(latest.policy)
  if (
    qualifier !== undefined &&
    qualified?.policy &&
    resource === functionArn(place, { account, functionName, qualifier })
  )
    return compiledResourcePolicy(qualified.policy)
  return undefined
}

/**
 * The tags of the resource of this ARN, if it is what the request addresses. Whatever else a request takes along, such
 * as a role or a layer, has no tags here, least of all those of the function.
 */
export function resourceTagsOf(
  { latest, config }: Addressed,
  place: Place,
  { account, functionName }: FunctionAddress,
  resource: string,
): Tags | undefined {
  if (config && resource === codeSigningConfigArn(place, config.account, config.id)) return config.tags
  const arn = functionArn(place, { account, functionName })
  return resource === arn || resource.startsWith(`${arn}:`) ? latest?.tags : undefined
}
