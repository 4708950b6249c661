import type { CallerPolicies } from './policy/applicable-policies.ts'
import type { AccountPrincipal } from './principal.ts'

/** Who signed a request. Immutable, and replaced as a whole when the identity changes: decisions are remembered per value. */
export interface Caller extends AccountPrincipal {
  readonly accessKeyId: string
  readonly policies: CallerPolicies
  /** Under which its last use is kept: the access key's id, or the role's. */
  readonly useId?: string
  /** Present for whoever has temporary keys. */
  readonly session?: {
    /** What a role assumed from here is tagged with, too. */
    readonly transitiveTags?: Readonly<Record<string, string>>
  }
}

/** What an access key id stands for. Inactive keys have none. */
export interface Identity {
  readonly secretAccessKey: string
  /** Present for temporary keys only. */
  readonly sessionToken?: string
  readonly expiresAtMs?: number
  readonly caller: Caller
}
