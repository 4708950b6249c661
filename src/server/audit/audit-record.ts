import { type Caller, claimedAccessKeyId, PolicyDenial } from '#auth'
import type { ApiError } from '#model'
import type { HttpRequest } from '#protocol'

/** One line of the audit log. Nothing of what was sent or answered is in it but names. */
export interface AuditRecord {
  readonly requestId: string
  /** Null when nobody was found behind the signature, or nobody needed to sign. */
  readonly principal: string | null
  /** Of the principal; else what the request said. */
  readonly accessKeyId: string | null
  readonly sourceIp: string
  readonly operation: string | null
  /** What policies were asked about. */
  readonly action: string | null
  readonly resource: string | null
  readonly outcome: 'succeeded' | 'denied'
  /** The code of the error that the caller got. */
  readonly error?: string
  readonly reason?: Reason
}

/** Why it was denied. */
interface Reason {
  readonly kind:
    | 'authentication'
    /** A statement of a policy says so. */
    | 'explicit-deny'
    /** No statement allows it. */
    | 'implicit-deny'
    /** A rule that no policy can change, such as that of accounts. */
    | 'rule'
  /** Such as `identity-based policy`. */
  readonly policyKind?: string
  readonly policy?: string | undefined
  /** Its Sid, where it has one. */
  readonly statement?: string | undefined
}

/** A request, as far as it has come. */
export interface Audited {
  readonly request: Pick<HttpRequest, 'headers' | 'rawQuery' | 'sourceIp'>
  readonly requestId: string
  /** Such as `lambda:CreateFunction`; undefined when there is none of the kind. */
  readonly operation: string | undefined
  /** As soon as the signature is found right. */
  caller?: Caller
  /** What policies were asked first. */
  question?: { readonly action: string; readonly resource: string }
}

export const recordOfChange = (audited: Audited): AuditRecord => ({ ...commonOf(audited), outcome: 'succeeded' })

/** Undefined when the error is no denial. */
export function recordOfDenial(audited: Audited, error: ApiError): AuditRecord | undefined {
  if (error.status !== 403 && error.code !== PAYLOAD_MISMATCH) return undefined
  const { cause } = error
  const denied = { outcome: 'denied', error: error.code } as const
  if (!(cause instanceof PolicyDenial)) return { ...commonOf(audited), ...denied, reason: { kind: kindOf(audited) } }
  const { principal } = cause
  const who = 'accessKeyId' in principal ? { caller: principal } : {}
  return { ...commonOf({ ...audited, ...who, question: cause }), ...denied, reason: reasonOf(cause.decision) }
}

/** The only error about signatures that is no 403. */
const PAYLOAD_MISMATCH = 'XAmzContentSHA256Mismatch'

const kindOf = ({ caller }: Audited) => (caller ? 'rule' : 'authentication')

function reasonOf(decision: PolicyDenial['decision']): Reason {
  const policyKind = decision.by
  if (decision.kind === 'implicitly-denied') return { kind: 'implicit-deny', policyKind }
  return { kind: 'explicit-deny', policyKind, policy: decision.policy, statement: decision.statement.sid }
}

function commonOf({ request, requestId, operation, caller, question }: Audited) {
  return {
    requestId,
    principal: caller?.arn ?? null,
    accessKeyId: caller?.accessKeyId ?? claimedAccessKeyId(request) ?? null,
    sourceIp: request.sourceIp.replace(/^::ffff:/, ''),
    operation: operation ?? null,
    action: question?.action ?? null,
    resource: question?.resource ?? null,
  }
}
