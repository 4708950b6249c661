import type { AuthorizationRequest } from './decide.ts'
import type { Denied } from './decision.ts'

/** Who asked for what. */
type Asked = Pick<AuthorizationRequest, 'principal' | 'action' | 'resource'>

/** The cause of an AccessDeniedException that policies decided on: the caller reads the sentence, operators this. */
export class PolicyDenial extends Error implements Asked {
  readonly decision: Denied
  readonly principal: Asked['principal']
  readonly action: string
  readonly resource: string

  constructor(decision: Denied, { principal, action, resource }: Asked) {
    super(`${decision.kind} by ${decision.by}`)
    this.name = 'PolicyDenial'
    this.decision = decision
    this.principal = principal
    this.action = action
    this.resource = resource
  }
}
