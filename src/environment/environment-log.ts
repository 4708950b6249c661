import { ConcurrentLog } from './concurrent-log.ts'
import type { EnvironmentSpec } from './environment-spec.ts'
import type { PlatformFailure } from './function-errors.ts'
import { InvocationLog, type LogStream } from './invocation-log.ts'
import { platformEvents } from './platform-log/platform-events.ts'
import {
  type EndedInvocation,
  type ExtensionInfo,
  type InitPhase,
  type Outcome,
  type PlatformLines,
  platformLines,
  type Report,
} from './platform-log/platform-lines.ts'
import type { Dial } from './telemetry/destination.ts'
import type { TelemetryApi } from './telemetry/subscription.ts'
import { Telemetry } from './telemetry/telemetry.ts'

/** Where an environment speaks: to its log stream, and to extensions that have subscribed to what it says. */
export class EnvironmentLog {
  readonly #spec: EnvironmentSpec
  readonly #dial: Dial
  readonly #stream: LogStream
  readonly #lines: PlatformLines
  /** Of the present Init; it ends with the processes. */
  #telemetry: Telemetry

  constructor(spec: EnvironmentSpec, dial: Dial) {
    this.#spec = spec
    this.#dial = dial
    this.#stream = spec.maxConcurrency === undefined ? new InvocationLog(spec.log) : new ConcurrentLog(spec.log)
    this.#lines = platformLines(spec)
    this.#telemetry = this.#newTelemetry()
  }

  startTail(requestId: string): void {
    this.#stream.startTail(requestId)
  }

  endTail(requestId: string): Buffer {
    return this.#stream.endTail(requestId)
  }

  /** A record that a process has written. */
  output(source: 'function' | 'extension', record: string): void {
    this.#stream.append(record)
    this.#telemetry.output(source, record)
  }

  notice(text: string): void {
    this.#stream.append(this.#lines.notice(text))
  }

  initStart(phase: InitPhase): void {
    this.#telemetry.close()
    this.#telemetry = this.#newTelemetry()
    this.#stream.append(this.#lines.initStart(phase))
    this.#telemetry.platform((events) => events.initStart(phase))
  }

  initEnd(phase: InitPhase, initMs: number, outcome: Outcome, extensions: Iterable<ExtensionInfo>): void {
    for (const line of this.#lines.initEnd(phase, initMs, outcome)) this.#stream.append(line)
    this.#telemetry.platform((events) => events.initEnd(phase, initMs, outcome))
    for (const { name, state, events, errorType } of extensions) {
      const info = { name, state, events, errorType }
      this.#stream.append(this.#lines.extension(info))
      this.#telemetry.platform((all) => all.extension(info))
    }
    this.#telemetry.closeSubscriptions()
  }

  start(requestId: string): void {
    this.#stream.append(this.#lines.start(requestId))
    this.#telemetry.platform((events) => events.start(requestId))
  }

  failure(requestId: string, failure: PlatformFailure): void {
    this.#stream.append(this.#lines.failure(requestId, failure))
  }

  /** Extensions hear of it at once; many of them wait for it before they end their own work. */
  runtimeDone(invocation: () => EndedInvocation): void {
    this.#telemetry.platform((events) => events.end(invocation()))
  }

  end(invocation: EndedInvocation): void {
    this.#stream.append(this.#lines.end(invocation))
  }

  report(report: Report): void {
    this.#stream.append(this.#lines.report(report))
    this.#telemetry.platform((events) => events.report(report))
  }

  /** A request of an extension to hear all this; returns the response. */
  subscribe(name: string, api: TelemetryApi, body: string): string {
    const { response, info } = this.#telemetry.subscribe(name, api, body)
    if (info !== undefined) this.#stream.append(this.#lines.subscription(info))
    return response
  }

  /** Resolves when extensions have taken what there is for them. */
  flush(): Promise<void> {
    return this.#telemetry.flush()
  }

  /** There is nobody left to hear it. */
  closeTelemetry(): void {
    this.#telemetry.close()
  }

  #newTelemetry(): Telemetry {
    return new Telemetry(platformEvents(this.#spec), this.#spec.logging.format === 'JSON', this.#dial)
  }
}
