import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Clock } from '#base'
import type { Tags } from '#resources'
import type { Secrets } from '#store'
import { newAccessKeyId, newSecret } from './root-key.ts'

/** Whom temporary keys act as, and what limits and describes them. */
export interface SessionFacts {
  readonly account: string
  readonly actor: SessionActor
  /** Session policies: documents, and ARNs of managed policies. Undefined without any, which is no limit. */
  readonly policies?: { readonly documents: readonly string[]; readonly arns: readonly string[] } | undefined
  readonly tags?: Tags | undefined
  /** Of the tags, those that a role assumed from here gets too. */
  readonly transitiveTagKeys?: readonly string[] | undefined
  readonly sourceIdentity?: string | undefined
  /** The function version whose environment the keys are for; `$LATEST` is the function without a qualifier. */
  readonly sourceFunctionArn?: string | undefined
}

export type SessionActor =
  /** Without the id it is whichever role has the ARN. */
  | { readonly kind: 'role'; readonly roleArn: string; readonly roleId?: string; readonly sessionName: string }
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'root' }

export interface Session extends SessionFacts {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly expiresAtMs: number
}

/** AWS's longest session of a role. */
export const LONGEST_ROLE_SESSION_MS = 12 * 3_600_000

/**
 * A session is in its token, encrypted: issuing one writes nothing, and it stays valid when the server starts anew, until
 * it expires or the secret key is replaced.
 */
export class Sessions {
  readonly #clock: Clock
  readonly #secrets: Secrets

  constructor(clock: Clock, secrets: Secrets) {
    this.#clock = clock
    this.#secrets = secrets
  }

  issue(facts: SessionFacts, lifetimeMs = LONGEST_ROLE_SESSION_MS): Session & { readonly sessionToken: string } {
    const session: Session = {
      ...facts,
      accessKeyId: newAccessKeyId('ASIA', facts.account),
      secretAccessKey: newSecret(),
      // Clients are told whole seconds.
      expiresAtMs: Math.floor((this.#clock.now() + lifetimeMs) / 1000) * 1000,
    }
    return { ...session, sessionToken: this.#secrets.seal('session-token', deflateRawSync(JSON.stringify(session))) }
  }

  /** Undefined unless the token was issued here together with this key. */
  open(accessKeyId: string, sessionToken: string): Session | undefined {
    const content = this.#secrets.open('session-token', sessionToken)
    const session: Session | undefined = content && JSON.parse(inflateRawSync(content).toString())
    return session?.accessKeyId === accessKeyId ? session : undefined
  }
}
