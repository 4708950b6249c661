import type { Principal } from '../principal.ts'
import type { Denied, PolicyKind } from './decision.ts'

/** AWS's sentence about a denial. */
export function denialMessage(decision: Denied, principal: Principal, action: string, resource: string): string {
  if (principal.kind === 'service')
    return `${principal.service} is not authorized to perform: ${action} on the resource ${reasonOf(decision, action)}`
  const user = principal.kind === 'anonymous' ? 'anonymous' : principal.arn
  return `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${reasonOf(decision, action)}`
}

function reasonOf(decision: Denied, action: string): string {
  return decision.kind === 'explicitly-denied'
    ? `with an explicit deny in ${articleOf(decision.by)} ${decision.by}`
    : `because no ${decision.by} allows the ${action} action`
}

const articleOf = (kind: PolicyKind) => (kind === 'identity-based policy' ? 'an' : 'a')
