import type { Grant, Grants } from '#store'
import { type CallerPolicies, noPolicies } from '../policy/applicable-policies.ts'
import { type CompiledPolicy, compilePolicy } from '../policy/compile-policy.ts'
import { createRecentCache } from '../recent-cache.ts'

// Some KiB each.
const MAX_COMPILED = 2_000

/** The same document is the same policy, whoever has it and whatever else has changed. */
const compiled = createRecentCache<CompiledPolicy>(MAX_COMPILED)

export function compileOnce(document: string): CompiledPolicy {
  const known = compiled.get(document)
  if (known) return known
  const policy = compilePolicy(document)
  compiled.set(document, policy)
  return policy
}

const compileGrant = ({ policyName, document }: Grant): CompiledPolicy => ({
  ...compileOnce(document),
  name: policyName,
})

export function callerPolicies({ policies, boundary }: Grants, session?: readonly string[]): CallerPolicies {
  if (policies.length === 0 && !boundary && !session) return noPolicies
  return {
    identity: policies.map(compileGrant),
    ...(boundary && { permissionsBoundary: compileGrant(boundary) }),
    ...(session && { session: session.map(compileOnce) }),
  }
}
