import type { LoggingConfig } from '#resources'
import type { PlatformFailure } from '../function-errors.ts'
import { jsonLines } from './json-lines.ts'
import { concurrentTextLines, textLines } from './text-lines.ts'

/** What the platform writes into a log stream, in the format that the function asks for. Undefined: nothing. */
export interface PlatformLines {
  notice(text: string): Line
  initStart(phase: InitPhase): Line
  initEnd(phase: InitPhase, initMs: number, outcome: Outcome): readonly Line[]
  /** How an extension stands at the end of Init. */
  extension(info: ExtensionInfo): Line
  subscription(info: SubscriptionInfo): Line
  start(requestId: string): Line
  /** What went wrong, before the end. */
  failure(requestId: string, failure: PlatformFailure): Line
  end(invocation: EndedInvocation): Line
  report(report: Report): Line
}

export interface ExtensionInfo {
  readonly name: string
  readonly state: string
  readonly events: readonly string[]
  readonly errorType: string | undefined
}

/** An extension has subscribed to the Telemetry API, or to the Logs API before it. */
export interface SubscriptionInfo {
  readonly api: 'telemetry' | 'logs'
  readonly name: string
  readonly state: 'Subscribed'
  readonly types: readonly string[]
}

export type Line = string | undefined
/** A failed Init is repeated within the next invocation. */
export type InitPhase = 'init' | 'invoke'

/** `failure`: the function itself has reported its error. */
export type Outcome =
  | { readonly status: 'success' }
  | { readonly status: 'timeout' | 'error' | 'failure'; readonly errorType: string }

export const SUCCESS: Outcome = { status: 'success' }

export interface EndedInvocation {
  readonly requestId: string
  readonly durationMs: number
  readonly producedBytes: number
  readonly outcome: Outcome
}

export interface Report {
  readonly requestId: string
  readonly durationMs: number
  readonly memoryMb: number
  readonly usedMemoryMb: number
  /** Only when this invocation waited for the environment's start. */
  readonly initMs: number | undefined
  readonly outcome: Outcome
}

/** Whom the lines are about. */
export interface Subject {
  readonly functionName: string
  readonly functionVersion: string
  readonly runtime: string
  readonly runtimeVersionArn?: string
  /** Started ahead of any invocation. */
  readonly isProvisioned?: boolean
  /** Only of environments whose invocations run side by side. */
  readonly maxConcurrency?: number
  readonly logging: LoggingConfig
}

export function platformLines(subject: Subject): PlatformLines {
  if (subject.logging.format === 'JSON') return jsonLines(subject, subject.logging.systemLevel)
  return subject.maxConcurrency === undefined ? textLines(subject) : concurrentTextLines(subject)
}

/** As variables and events name how an environment came to be. */
export function initializationType({
  isProvisioned,
  maxConcurrency,
}: Pick<Subject, 'isProvisioned' | 'maxConcurrency'>) {
  if (maxConcurrency !== undefined) return 'lambda-managed-instances'
  return isProvisioned ? 'provisioned-concurrency' : 'on-demand'
}
