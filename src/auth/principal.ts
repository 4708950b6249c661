/** Somebody of an account who asks for something. */
export interface AccountPrincipal {
  readonly kind: 'root' | 'user' | 'role-session'
  readonly account: string
  /** As printed in messages; for a role session the `sts` ARN with the session's name. */
  readonly arn: string
  /** `AIDA…`, `AROA…:<session>`, or the account for root. */
  readonly userId: string
  readonly userName?: string
  /** The role behind a session, with its path. */
  readonly roleArn?: string
  /** The function whose environment has the keys of this session. */
  readonly sourceFunctionArn?: string
  readonly tags?: Readonly<Record<string, string>>
  /** Set when the first role was assumed, and kept by all that follow. */
  readonly sourceIdentity?: string
}

/** An AWS service acting for itself, such as `events.amazonaws.com`: only resource-based policies speak of it. */
export interface ServicePrincipal {
  readonly kind: 'service'
  readonly service: string
}

/** Nobody in particular, as behind a function URL without authentication. */
export interface AnonymousPrincipal {
  readonly kind: 'anonymous'
}

export type Principal = AccountPrincipal | ServicePrincipal | AnonymousPrincipal

export const isOfAccount = <Account extends AccountPrincipal>(
  principal: Account | ServicePrincipal | AnonymousPrincipal,
): principal is Account => principal.kind !== 'service' && principal.kind !== 'anonymous'
