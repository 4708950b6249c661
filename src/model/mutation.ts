import type { Operation, Service } from './schema.ts'

// Where every request is a POST, the name tells.
const READS = /^(Get|List|Describe|Filter|Simulate)/
// What hands out keys is more than a look.
const HANDS_OUT_KEYS = new Set(['GetSessionToken', 'GetFederationToken'])

/** Whether the operation changes something when it succeeds. To invoke a function is to use it. */
export function isMutation({ protocol }: Service, { name, method }: Operation): boolean {
  if (name.startsWith('Invoke') || method === 'GET') return false
  return protocol === 'rest-json' || HANDS_OUT_KEYS.has(name) || !READS.test(name)
}
