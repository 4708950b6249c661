import type { SystemLogLevel } from '#resources'
import type { InitPhase, Line, Outcome, PlatformLines, Report, Subject } from './platform-lines.ts'
import { billedMs, runtimeVersionName } from './runtime-version.ts'

const IMPORTANCE: Readonly<Record<SystemLogLevel, number>> = { DEBUG: 0, INFO: 1, WARN: 2 }

/** The records of the Telemetry API, one on a line, from the level that the function wants to see. */
export function jsonLines(subject: Subject, systemLevel: SystemLogLevel): PlatformLines {
  const { functionName, functionVersion, runtime, runtimeVersionArn } = subject
  const initializationType = subject.isProvisioned ? 'provisioned-concurrency' : 'on-demand'
  const initOf = (phase: InitPhase) => ({ initializationType, phase })

  function line(level: SystemLogLevel, type: string, record: object): Line {
    if (IMPORTANCE[level] < IMPORTANCE[systemLevel]) return undefined
    return JSON.stringify({ time: new Date().toISOString(), type: `platform.${type}`, record })
  }

  return {
    notice: (message) => JSON.stringify({ timestamp: new Date().toISOString(), level: 'WARN', message }),
    initStart: (phase) =>
      line('INFO', 'initStart', {
        ...initOf(phase),
        runtimeVersion: runtimeVersionName(runtime),
        runtimeVersionArn,
        functionName,
        functionVersion,
      }),
    initEnd: (phase, initMs, outcome) => [
      line(levelOf(outcome, 'DEBUG'), 'initRuntimeDone', { ...initOf(phase), ...outcomeOf(outcome) }),
      line(levelOf(outcome, 'DEBUG'), 'initReport', {
        ...initOf(phase),
        ...outcomeOf(outcome),
        metrics: { durationMs: rounded(initMs) },
      }),
    ],
    start: (requestId) => line('INFO', 'start', { requestId, version: functionVersion }),
    // The records of the end say it.
    failure: () => undefined,
    end: ({ requestId, durationMs, producedBytes, outcome }) =>
      line(levelOf(outcome, 'DEBUG'), 'runtimeDone', {
        requestId,
        ...outcomeOf(outcome),
        metrics: { durationMs: rounded(durationMs), producedBytes },
      }),
    report: (report) => line(levelOf(report.outcome, 'INFO'), 'report', reportRecord(report)),
  }
}

const levelOf = ({ status }: Outcome, ofSuccess: SystemLogLevel): SystemLogLevel =>
  status === 'success' ? ofSuccess : 'WARN'

/** A timeout has no type. */
const outcomeOf = (outcome: Outcome) =>
  outcome.status === 'success' || outcome.status === 'timeout'
    ? { status: outcome.status }
    : { status: outcome.status, errorType: outcome.errorType }

const reportRecord = ({ requestId, durationMs, memoryMb, usedMemoryMb, initMs, outcome }: Report) => ({
  requestId,
  metrics: {
    durationMs: rounded(durationMs),
    billedDurationMs: billedMs(durationMs, initMs),
    memorySizeMB: memoryMb,
    maxMemoryUsedMB: usedMemoryMb,
    ...(initMs !== undefined && { initDurationMs: rounded(initMs) }),
  },
  ...outcomeOf(outcome),
})

/** To microseconds, as AWS prints them. */
const rounded = (ms: number) => Math.round(ms * 1000) / 1000
