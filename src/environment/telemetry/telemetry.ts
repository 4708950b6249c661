import type { Socket } from 'node:net'
import type { PlatformEvent, PlatformEvents } from '../platform-log/platform-events.ts'
import type { SubscriptionInfo } from '../platform-log/platform-lines.ts'
import { httpResponse, refusalOf } from '../runtime-api/http-response.ts'
import { openChannel } from './destination.ts'
import { Subscriber } from './subscriber.ts'
import { parseSubscription, type Subscription, type TelemetryApi, type TelemetryType } from './subscription.ts'
import { encodeEvents, type TelemetryEvent } from './telemetry-event.ts'

/** Of one Init: events of the platform, and the output of function and extensions, for the extensions that want them. */
export class Telemetry {
  readonly #events: PlatformEvents
  readonly #isJson: boolean
  readonly #dial: (port: number) => Promise<Socket>
  readonly #subscribers = new Map<string, { readonly subscription: Subscription; readonly subscriber: Subscriber }>()
  /** What those who subscribe later have missed, until Init has ended. */
  #missed: TelemetryEvent[] | undefined = []

  /** `isJson`: the function's log lines are JSON. */
  constructor(events: PlatformEvents, isJson: boolean, dial: (port: number) => Promise<Socket>) {
    this.#events = events
    this.#isJson = isJson
    this.#dial = dial
  }

  /** `describe` is called when somebody listens. */
  platform(describe: (events: PlatformEvents) => PlatformEvent | readonly PlatformEvent[]): void {
    if (this.#isUnheard) return
    for (const { type, record } of [describe(this.#events)].flat())
      this.#offer({ category: 'platform', time: new Date().toISOString(), type: `platform.${type}`, record })
  }

  output(source: Exclude<TelemetryType, 'platform'>, record: string): void {
    if (this.#isUnheard) return
    this.#offer({ category: source, time: new Date().toISOString(), type: source, record })
  }

  /** Takes a subscription of the extension; returns the response, and what the log has to say. */
  subscribe(name: string, api: TelemetryApi, body: string): { response: string; info?: SubscriptionInfo } {
    if (this.#missed === undefined) return { response: closed(api) }
    const subscription = parseSubscription(api, body)
    if (!('types' in subscription))
      return {
        response: refusalOf({ status: 400, errorType: 'ValidationError', errorMessage: subscription.join('; ') }),
      }
    this.#subscribers.get(name)?.subscriber.close()
    this.#subscribers.set(name, { subscription, subscriber: this.#createSubscriber(subscription) })
    for (const event of this.#missed) this.#offerTo(name, event)
    const info = { api, name, state: 'Subscribed', types: subscription.types } as const
    const { api: _, ...record } = info
    this.platform(() => ({ type: `${api}Subscription`, level: 'INFO', record }))
    return { response: httpResponse('200 OK', 'application/json', '"OK"'), info }
  }

  /** Init has ended. */
  closeSubscriptions(): void {
    this.#missed = undefined
  }

  /** Resolves when all have taken what there is for them. */
  async flush(): Promise<void> {
    await Promise.all([...this.#subscribers.values()].map(({ subscriber }) => subscriber.flush()))
  }

  close(): void {
    this.#missed = undefined
    for (const { subscriber } of this.#subscribers.values()) subscriber.close()
    this.#subscribers.clear()
  }

  get #isUnheard(): boolean {
    return this.#missed === undefined && this.#subscribers.size === 0
  }

  #offer(event: TelemetryEvent): void {
    if (this.#missed !== undefined && this.#missed.length < MOST_MISSED) this.#missed.push(event)
    for (const name of this.#subscribers.keys()) this.#offerTo(name, event)
  }

  #offerTo(name: string, event: TelemetryEvent): void {
    const found = this.#subscribers.get(name)
    if (found === undefined || !found.subscription.types.includes(event.category)) return
    for (const text of encodeEvents(event, found.subscription, this.#isJson)) found.subscriber.offer(text)
  }

  #createSubscriber({ buffering, destination }: Subscription): Subscriber {
    return new Subscriber(buffering, openChannel(destination, this.#dial), (droppedRecords, droppedBytes) =>
      JSON.stringify({
        time: new Date().toISOString(),
        type: 'platform.logsDropped',
        record: { droppedBytes, droppedRecords, reason: FALLEN_BEHIND },
      }),
    )
  }
}

const MOST_MISSED = 1000
const FALLEN_BEHIND = 'Consumer seems to have fallen behind as it has not acknowledged receipt of logs.'

function closed(api: TelemetryApi): string {
  const name = api === 'logs' ? 'Logs' : 'Telemetry'
  const errorMessage = `${name} API subscription is closed already`
  return refusalOf({ status: 403, errorType: `${name}.SubscriptionClosed`, errorMessage })
}
