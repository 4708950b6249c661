import { authorize, type Caller, type CompiledPolicy, compiledResourcePolicy, createRequestContext } from '#auth'
import type { RequestContext } from '#operations'
import { type HttpRequest, headerOf } from '#protocol'
import { type FunctionAddress, parseLayerVersionArn, type Tags } from '#resources'
import { type Addressed, resourcePolicyOf } from './addressed.ts'
import type { Dispatch } from './dispatch.ts'
import type { Running } from './running.ts'

/** One request, as far as policies may ask about it. */
export interface Asked {
  readonly request: HttpRequest
  readonly caller: Caller
  readonly dispatch: Dispatch
  readonly input: Readonly<Record<string, unknown>>
  readonly address: FunctionAddress
  readonly addressed: Addressed
}

/** Asks the caller's policies and the resource's. Everything is looked up only for a policy that asks. */
export function authorizerOf(asked: Asked, running: Running): RequestContext['authorize'] {
  const { request, caller, dispatch, input, addressed } = asked
  const { clock, place, organizationId } = running
  return (action, resource, keys) => {
    const facts = {
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
      resourceTags: addressed.latest?.tags,
      requestTags: input.Tags as Tags | undefined,
      tagKeys: input.TagKeys as readonly string[] | undefined,
      keys,
      serviceKey: (key: string) => dispatch.conditionKey(key, asked, running.services),
    }
    authorize(
      { principal: caller, action, resource, context: createRequestContext(facts) },
      policyOf(asked, running, resource),
    )
  }
}

function policyOf({ addressed, address }: Asked, running: Running, resource: string): CompiledPolicy | undefined {
  return resourcePolicyOf(addressed, running.place, address, resource) ?? layerPolicyOf(running, resource)
}

/** A function may be given layers of other accounts, so these policies are not only those of what is addressed. */
function layerPolicyOf({ place, services }: Running, resource: string): CompiledPolicy | undefined {
  const layer = resource.includes(':layer:') ? parseLayerVersionArn(place, resource) : undefined
  return layer && compiledResourcePolicy(services.store.layers.peekPolicy(layer)?.policy)
}
