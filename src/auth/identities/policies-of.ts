import type { InlinePolicy } from '#resources'
import { type CallerPolicies, noPolicies } from '../policy/applicable-policies.ts'
import { compilePolicy } from '../policy/compile-policy.ts'

/** The store hands out the same array until a policy changes, so each set of policies is compiled once. */
const compiled = new WeakMap<readonly InlinePolicy[], CallerPolicies>()

export function callerPolicies(policies: readonly InlinePolicy[]): CallerPolicies {
  if (policies.length === 0) return noPolicies
  const known = compiled.get(policies)
  if (known) return known
  const made: CallerPolicies = { identity: policies.map(({ document }) => compilePolicy(document)) }
  compiled.set(policies, made)
  return made
}
