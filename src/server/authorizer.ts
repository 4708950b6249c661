import {
  authorize,
  type Caller,
  type CompiledPolicy,
  type ConditionKeys,
  compiledResourcePolicy,
  createRequestContext,
  decide,
  type RequestFacts,
} from '#auth'
import type { RequestContext } from '#operations'
import { type HttpRequest, headerOf } from '#protocol'
import { capacityProviderNameIn, type FunctionAddress, parseLayerVersionArn, type Tags } from '#resources'
import { type Addressed, resourcePolicyOf, resourceTagsOf } from './addressed.ts'
import type { Audited } from './audit/audit-record.ts'
import type { Dispatch } from './dispatch.ts'
import { tagsIn } from './request-tags.ts'
import type { Running } from './running.ts'

/** One request, as far as policies may ask about it. */
export interface Asked {
  readonly request: HttpRequest
  readonly audited: Audited
  readonly caller: Caller
  readonly dispatch: Dispatch
  readonly input: Readonly<Record<string, unknown>>
  readonly address: FunctionAddress
  readonly addressed: Addressed
}

type Authorizer = Pick<RequestContext, 'authorize' | 'decide'>

/** Asks the caller's policies and the resource's. Everything is looked up only for a policy that asks. */
export function authorizerOf(asked: Asked, running: Running): Authorizer {
  const question = (action: string, resource: string, keys: ConditionKeys | undefined) => {
    asked.audited.question ??= { action, resource }
    const context = createRequestContext(factsOf(asked, running, resource, keys))
    return { principal: asked.caller, action, resource, context }
  }
  return {
    authorize: (action, resource, keys) =>
      authorize(question(action, resource, keys), policyOf(asked, running, resource)),
    decide: (action, resource, keys, policy) => decide(question(action, resource, keys), policy),
  }
}

function factsOf(asked: Asked, running: Running, resource: string, keys: ConditionKeys | undefined): RequestFacts {
  const { request, caller, dispatch, input, address, addressed } = asked
  const { clock, place, organizationId, services } = running
  return {
    principal: caller,
    nowMs: clock.now(),
    secure: request.secure,
    sourceIp: request.sourceIp,
    region: place.region,
    resource,
    organizationId,
    get userAgent() {
      return headerOf(request, 'user-agent')
    },
    get resourceTags() {
      return resourceTagsOf(addressed, place, address, resource) ?? providerTagsOf(running, caller, resource)
    },
    get requestTags() {
      return tagsIn(input.Tags)
    },
    tagKeys: input.TagKeys as readonly string[] | undefined,
    keys,
    serviceKey: (key: string) => dispatch.conditionKey(key, asked, services),
  }
}

function policyOf({ addressed, address }: Asked, running: Running, resource: string): CompiledPolicy | undefined {
  return resourcePolicyOf(addressed, running.place, address, resource) ?? layerPolicyOf(running, resource)
}

/** Providers are in memory, whether they are what is addressed or what a function is to run on. */
function providerTagsOf({ place, services }: Running, { account }: Caller, resource: string): Tags | undefined {
  if (!resource.includes(':capacity-provider:')) return undefined
  const name = capacityProviderNameIn(place, account, resource)
  return name === undefined ? undefined : services.store.capacityProviders.get(account, name)?.tags
}

/** A function may be given layers of other accounts, so these policies are not only those of what is addressed. */
function layerPolicyOf({ place, services }: Running, resource: string): CompiledPolicy | undefined {
  const layer = resource.includes(':layer:') ? parseLayerVersionArn(place, resource) : undefined
  return layer && compiledResourcePolicy(services.store.layers.peekPolicy(layer)?.policy)
}
