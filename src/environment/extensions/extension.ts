import { randomUUID } from 'node:crypto'
import type { LateReceiver } from '../runtime-api/session.ts'

export type ExtensionEvent = 'INVOKE' | 'SHUTDOWN'
/** The names that logs and the messages of state errors use. */
export type ExtensionState = 'Started' | 'Registered' | 'Ready' | 'Running' | 'InitError' | 'ExitError' | 'LaunchError'

/** One extension: a state machine that gets its events one at a time, each when it asks for the next. */
export class Extension {
  readonly identifier: string = randomUUID()
  readonly name: string
  /** A process of its own, started before the runtime; else it lives in the runtime's. */
  readonly isExternal: boolean
  events: readonly ExtensionEvent[] = []
  errorType: string | undefined
  #state: ExtensionState = 'Started'
  #waiter: LateReceiver | undefined
  #response: string | undefined

  constructor(name: string, isExternal: boolean) {
    this.name = name
    this.isExternal = isExternal
  }

  get state(): ExtensionState {
    return this.#state
  }

  subscribes(event: ExtensionEvent): boolean {
    return this.events.includes(event)
  }

  /** False when the state does not allow it; so with all that follow. */
  register(events: readonly ExtensionEvent[]): boolean {
    return this.#move(['Started'], 'Registered', () => {
      this.events = events
    })
  }

  next(waiter: LateReceiver): boolean {
    // The one before may have hung up.
    const from: ExtensionState[] = ['Registered', 'Running', ...(this.#waiter ? [] : ['Ready' as const])]
    return this.#move(from, 'Ready', () => {
      this.#waiter = waiter
      this.#deliver()
    })
  }

  initError(errorType: string): boolean {
    return this.#fail(['Registered', 'InitError'], 'InitError', errorType)
  }

  exitError(errorType: string): boolean {
    return this.#fail(['Registered', 'Ready', 'Running', 'ExitError'], 'ExitError', errorType)
  }

  launchError(errorType: string): void {
    this.#fail(['Started'], 'LaunchError', errorType)
  }

  /** Hands over an event, at once or when it next asks. */
  send(response: string): void {
    this.#response = response
    this.#deliver()
  }

  abandon(waiter: LateReceiver): void {
    if (this.#waiter === waiter) this.#waiter = undefined
  }

  #deliver(): void {
    if (this.#waiter === undefined || this.#response === undefined) return
    const [waiter, response] = [this.#waiter, this.#response]
    this.#waiter = undefined
    this.#response = undefined
    this.#state = 'Running'
    waiter.respond(response)
  }

  /** Of several errors the first counts. */
  #fail(from: readonly ExtensionState[], to: ExtensionState, errorType: string): boolean {
    return this.#move(from, to, () => {
      this.errorType ??= errorType
    })
  }

  #move(from: readonly ExtensionState[], to: ExtensionState, act: () => void): boolean {
    if (!from.includes(this.#state)) return false
    this.#state = to
    act()
    return true
  }
}
