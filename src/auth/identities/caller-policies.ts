import type { Grant, Grants } from '#store'
import { type CallerPolicies, noPolicies } from '../policy/applicable-policies.ts'
import { type CompiledPolicy, compilePolicy } from '../policy/compile-policy.ts'
import { createRecentCache } from '../recent-cache.ts'

// Each character takes some twenty bytes when it is compiled, so this is some tens of megabytes.
const MAX_COMPILED_CHARACTERS = 2_000_000

/** The same document is the same policy, whoever has it and whatever else has changed. */
const compiled = createRecentCache<CompiledPolicy>(MAX_COMPILED_CHARACTERS, ({ length }) => length)

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
