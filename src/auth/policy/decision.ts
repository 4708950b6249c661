import type { Statement } from './statement.ts'

/** As AWS names them in its messages. */
export type PolicyKind =
  | 'identity-based policy'
  | 'resource-based policy'
  | 'permissions boundary'
  | 'session policy'
  | 'service control policy'

export type Decision = Allowed | Denied
export type Denied = ImplicitlyDenied | ExplicitlyDenied

export interface Allowed {
  readonly kind: 'allowed'
}

/** No policy of the kind allows it. */
export interface ImplicitlyDenied {
  readonly kind: 'implicitly-denied'
  readonly by: PolicyKind
}

/** A statement of a policy of the kind forbids it. */
export interface ExplicitlyDenied {
  readonly kind: 'explicitly-denied'
  readonly by: PolicyKind
  readonly statement: Statement
  /** The name of the policy, where it has one. */
  readonly policy: string | undefined
}

export const ALLOWED: Allowed = { kind: 'allowed' }
