import { randomUUID } from 'node:crypto'
import { httpResponse } from '../runtime-api/http-response.ts'
import type { LateReceiver, RuntimeEvent } from '../runtime-api/session.ts'
import { Extension, type ExtensionEvent } from './extension.ts'

export type ShutdownReason = 'spindown' | 'timeout' | 'failure'

/** AWS's limit for external and internal ones together. */
export const MOST_EXTENSIONS = 10

/** The extensions of one Init: who they are, and what they still have to do. */
export class Extensions {
  /** What an extension itself has reported; it names the failure that follows. */
  fatalErrorType: 'Extension.InitError' | 'Extension.ExitError' | undefined
  /** They may want to hear of each invocation; not of those that run side by side. */
  readonly hearsInvocations: boolean
  readonly #all: Extension[]
  readonly #onChange: () => void
  #isOpen = true

  /** `onChange` is called after whatever the properties below may tell differently. */
  constructor(externalNames: readonly string[], hearsInvocations: boolean, onChange: () => void) {
    this.hearsInvocations = hearsInvocations
    this.#all = externalNames.map((name) => new Extension(name, true))
    this.#onChange = onChange
  }

  get isEmpty(): boolean {
    return this.#all.length === 0
  }

  get isFull(): boolean {
    return this.#all.length >= MOST_EXTENSIONS
  }

  get hasExternal(): boolean {
    return this.#all.some(({ isExternal }) => isExternal)
  }

  /** The runtime is started only when all external ones have registered. */
  get areRegistered(): boolean {
    return this.#all.every(({ state }) => state !== 'Started')
  }

  /** Init, and every invocation, last until all have asked for their next event. */
  get isBusy(): boolean {
    return this.#all.some(({ state }) => state === 'Running' || state === 'Registered')
  }

  /** Registration ends with the start of the runtime, which is its first `next`. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  close(): void {
    this.#isOpen = false
  }

  [Symbol.iterator](): Iterator<Extension> {
    return this.#all[Symbol.iterator]()
  }

  named(name: string): Extension | undefined {
    return this.#all.find((extension) => extension.name === name)
  }

  identified(identifier: string): Extension | undefined {
    const wanted = identifier.toLowerCase()
    return this.#all.find((extension) => extension.identifier === wanted)
  }

  addInternal(name: string): Extension {
    const extension = new Extension(name, false)
    this.#all.push(extension)
    return extension
  }

  changed(): void {
    this.#onChange()
  }

  abandon(waiter: LateReceiver): void {
    for (const extension of this.#all) extension.abandon(waiter)
  }

  invoke({ requestId, deadlineMs, invokedFunctionArn, traceHeader }: RuntimeEvent): void {
    const tracing = { type: 'X-Amzn-Trace-Id', value: traceHeader }
    this.#send('INVOKE', { eventType: 'INVOKE', deadlineMs, requestId, invokedFunctionArn, tracing })
  }

  shutdown(shutdownReason: ShutdownReason, deadlineMs: number): void {
    this.#send('SHUTDOWN', { eventType: 'SHUTDOWN', shutdownReason, deadlineMs })
  }

  #send(type: ExtensionEvent, event: object): void {
    for (const extension of this.#all)
      if (extension.subscribes(type)) extension.send(eventResponse(JSON.stringify(event)))
  }
}

const eventResponse = (body: string) =>
  httpResponse('200 OK', 'application/json', body, `Lambda-Extension-Event-Identifier: ${randomUUID()}\r\n`)
