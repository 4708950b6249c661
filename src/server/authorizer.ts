import { authorize, type Caller, type CompiledPolicy, createRequestContext } from '#auth'
import type { RequestContext } from '#operations'
import { type HttpRequest, headerOf } from '#protocol'
import type { FunctionAddress, Tags } from '#resources'
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
      serviceKey: (key: string) => dispatch.conditionKey(key, asked, place),
    }
    authorize(
      { principal: caller, action, resource, context: createRequestContext(facts) },
      policyOf(asked, running, resource),
    )
  }
}

function policyOf({ addressed, address }: Asked, { place }: Running, resource: string): CompiledPolicy | undefined {
  return resourcePolicyOf(addressed, place, address, resource)
}
