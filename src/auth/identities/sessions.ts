import { BASE64_LETTERS, type Clock, randomText } from '#base'
import { newAccessKeyId, newSecret } from './root-key.ts'

/** Temporary keys of a role. */
export interface Session {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiresAtMs: number
  readonly account: string
  readonly roleArn: string
  readonly sessionName: string
  /** The function version whose environment the keys are for; `$LATEST` is the function without a qualifier. */
  readonly sourceFunctionArn?: string
}

// Long enough for the longest-lived environment between two rotations; AWS allows role sessions of twelve hours.
const LIFETIME_MS = 12 * 3_600_000
// Keys of environments long gone; beyond this the oldest are forgotten early.
const MAX_SESSIONS = 20_000
const TOKEN_CHARACTERS = 356

/** Sessions live in memory only: environments do not outlive the server, so neither need their keys. */
export class Sessions {
  readonly #clock: Clock
  readonly #byKey = new Map<string, Session>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  issue(of: Pick<Session, 'account' | 'roleArn' | 'sessionName' | 'sourceFunctionArn'>): Session {
    const session: Session = {
      ...of,
      accessKeyId: newAccessKeyId('ASIA'),
      secretAccessKey: newSecret(),
      sessionToken: randomText(TOKEN_CHARACTERS, BASE64_LETTERS),
      expiresAtMs: this.#clock.now() + LIFETIME_MS,
    }
    this.#byKey.set(session.accessKeyId, session)
    this.#forgetOld()
    return session
  }

  find(accessKeyId: string): Session | undefined {
    return this.#byKey.get(accessKeyId)
  }

  /** All sessions live equally long, so the map is in the order of expiry. */
  #forgetOld(): void {
    for (const [key, session] of this.#byKey) {
      if (session.expiresAtMs > this.#clock.now() && this.#byKey.size <= MAX_SESSIONS) return
      this.#byKey.delete(key)
    }
  }
}
