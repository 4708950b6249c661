import type { SystemLogLevel } from '#resources'
import {
  type EndedInvocation,
  type ExtensionInfo,
  type InitPhase,
  initializationType,
  type Outcome,
  type Report,
  type Subject,
} from './platform-lines.ts'
import { billedMs, runtimeVersionName } from './runtime-version.ts'

/** A platform event of the Telemetry API, which is also what the JSON log format writes. */
export interface PlatformEvent {
  /** Without `platform.` in front of it. */
  readonly type: string
  /** From which level of system logs on it is written. */
  readonly level: SystemLogLevel
  readonly record: object
}

export interface PlatformEvents {
  initStart(phase: InitPhase): PlatformEvent
  initEnd(phase: InitPhase, initMs: number, outcome: Outcome): readonly PlatformEvent[]
  extension(info: ExtensionInfo): PlatformEvent
  start(requestId: string): PlatformEvent
  end(invocation: EndedInvocation): PlatformEvent
  report(report: Report): PlatformEvent
}

export function platformEvents(subject: Subject): PlatformEvents {
  const { functionName, functionVersion, runtime, runtimeVersionArn, maxConcurrency } = subject
  const initOf = (phase: InitPhase) => ({ initializationType: initializationType(subject), phase })
  const metricsOf = maxConcurrency === undefined ? reportMetrics : concurrentMetrics
  return {
    initStart: (phase) => ({
      type: 'initStart',
      level: 'INFO',
      record: {
        ...initOf(phase),
        ...(runtimeVersionArn !== undefined && {
          runtimeVersion: runtimeVersionName(runtime),
          runtimeVersionArn,
        }),
        functionName,
        functionVersion,
      },
    }),
    initEnd(phase, initMs, outcome) {
      const level = levelOf(outcome, 'DEBUG')
      const record = { ...initOf(phase), ...outcomeOf(outcome) }
      return [
        { type: 'initRuntimeDone', level, record },
        { type: 'initReport', level, record: { ...record, metrics: { durationMs: rounded(initMs) } } },
      ]
    },
    extension: ({ name, state, events, errorType }) => ({
      type: 'extension',
      level: 'INFO',
      record: { name, state, events, ...(errorType !== undefined && { errorType }) },
    }),
    start: (requestId) => ({ type: 'start', level: 'INFO', record: { requestId, version: functionVersion } }),
    end: ({ requestId, durationMs, producedBytes, outcome }) => ({
      type: 'runtimeDone',
      level: levelOf(outcome, 'DEBUG'),
      record: { requestId, ...outcomeOf(outcome), metrics: { durationMs: rounded(durationMs), producedBytes } },
    }),
    report: (report) => ({
      type: 'report',
      level: levelOf(report.outcome, 'INFO'),
      record: reportRecord(report, metricsOf),
    }),
  }
}

const levelOf = ({ status }: Outcome, ofSuccess: SystemLogLevel): SystemLogLevel =>
  status === 'success' ? ofSuccess : 'WARN'

/** A timeout has no type. */
const outcomeOf = (outcome: Outcome) =>
  outcome.status === 'success' || outcome.status === 'timeout'
    ? { status: outcome.status }
    : { status: outcome.status, errorType: outcome.errorType }

const reportRecord = (report: Report, metricsOf: (report: Report) => object) => ({
  requestId: report.requestId,
  metrics: metricsOf(report),
  ...outcomeOf(report.outcome),
})

function reportMetrics({ memoryMb, usedMemoryMb, ...exact }: Report) {
  const durationMs = rounded(exact.durationMs)
  const initMs = exact.initMs === undefined ? undefined : rounded(exact.initMs)
  return {
    durationMs,
    // Of what is shown: otherwise the bill might be a millisecond more than whoever adds it up expects.
    billedDurationMs: billedMs(durationMs, initMs),
    memorySizeMB: memoryMb,
    maxMemoryUsedMB: usedMemoryMb,
    ...(initMs !== undefined && { initDurationMs: initMs }),
  }
}

/** Memory and time of an environment whose invocations run side by side are nobody's in particular. */
const concurrentMetrics = ({ durationMs }: Report) => ({ durationMs: rounded(durationMs) })

/** To microseconds, as AWS prints them. */
const rounded = (ms: number) => Math.round(ms * 1000) / 1000
