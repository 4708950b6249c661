import type { Caller } from '../caller.ts'
import { type AnonymousPrincipal, isOfAccount, type ServicePrincipal } from '../principal.ts'
import { createRecentCache, type RecentCache } from '../recent-cache.ts'
import { noPolicies } from './applicable-policies.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { ALLOWED, type Decision } from './decision.ts'
import { type EvaluationRequest, evaluate, isRootAtHome } from './evaluate.ts'
import { observe } from './request-context.ts'

/** As evaluated, with a principal that brings its own policies. */
export interface AuthorizationRequest extends EvaluationRequest {
  readonly principal: Caller | ServicePrincipal | AnonymousPrincipal
}

/** A caller works with a few functions and actions at a time; what falls out is merely evaluated again. */
const MAX_REMEMBERED_DECISIONS = 1_000

/**
 * Evaluates the caller's policies and the resource's, and remembers the answer if nothing of the request but action
 * and resource was looked at to find it. Callers and policies are immutable, so an answer holds as long as they do.
 */
export function decide(request: AuthorizationRequest, resourcePolicy?: CompiledPolicy): Decision {
  const { principal, action, resource } = request
  if (isRootAtHome(request)) return ALLOWED
  if (!isOfAccount(principal)) return evaluate(request, { ...noPolicies, resource: resourcePolicy })
  const decisions = decisionsOf(principal, resourcePolicy)
  const key = `${action} ${resource} ${request.resourceAccount ?? ''}`
  const known = decisions.get(key)
  if (known) return known
  const context = observe(request.context)
  const decision = evaluate({ ...request, context }, { ...principal.policies, resource: resourcePolicy })
  if (!context.wasRead()) decisions.set(key, decision)
  return decision
}

type Decisions = RecentCache<Decision>

/** Weak: decisions go when the caller or the policy is replaced. */
const remembered = new WeakMap<Caller, WeakMap<object, Decisions>>()
const NO_POLICY = {}

function decisionsOf(caller: Caller, policy: CompiledPolicy | undefined): Decisions {
  const ofCaller = remembered.get(caller) ?? add(remembered, caller, new WeakMap<object, Decisions>())
  const key = policy ?? NO_POLICY
  return ofCaller.get(key) ?? add(ofCaller, key, createRecentCache<Decision>(MAX_REMEMBERED_DECISIONS))
}

function add<Key extends object, Value>(map: WeakMap<Key, Value>, key: Key, value: Value): Value {
  map.set(key, value)
  return value
}
