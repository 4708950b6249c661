import type { ResourcePolicy } from '#resources'
import { type CompiledPolicy, compilePolicy } from './compile-policy.ts'

/** A record keeps its policy until somebody changes it, so each is compiled once. */
const compiled = new WeakMap<ResourcePolicy, CompiledPolicy>()

/** The policy of a resource, ready to be asked. It was found to be one before it was stored. */
export function compiledResourcePolicy(policy: ResourcePolicy | undefined): CompiledPolicy | undefined {
  if (!policy) return undefined
  const known = compiled.get(policy)
  if (known) return known
  const made = compilePolicy(policy.document, 'resource')
  compiled.set(policy, made)
  return made
}
