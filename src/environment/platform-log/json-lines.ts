import type { SystemLogLevel } from '#resources'
import { type PlatformEvent, platformEvents } from './platform-events.ts'
import type { Line, PlatformLines, Subject } from './platform-lines.ts'

const IMPORTANCE: Readonly<Record<SystemLogLevel, number>> = { DEBUG: 0, INFO: 1, WARN: 2 }

/** The events of the platform, one on a line, from the level that the function wants to see. */
export function jsonLines(subject: Subject, systemLevel: SystemLogLevel): PlatformLines {
  const events = platformEvents(subject)

  function line({ type, level, record }: PlatformEvent): Line {
    if (IMPORTANCE[level] < IMPORTANCE[systemLevel]) return undefined
    return JSON.stringify({ time: new Date().toISOString(), type: `platform.${type}`, record })
  }

  return {
    notice: (message) => JSON.stringify({ timestamp: new Date().toISOString(), level: 'WARN', message }),
    initStart: (phase) => line(events.initStart(phase)),
    initEnd: (...end) => events.initEnd(...end).map(line),
    extension: (info) => line(events.extension(info)),
    subscription: ({ api, ...record }) => line({ type: `${api}Subscription`, level: 'INFO', record }),
    start: (requestId) => line(events.start(requestId)),
    // The records of the end say it.
    failure: () => undefined,
    // Of invocations side by side AWS tells start and report only.
    end: (invocation) => (subject.maxConcurrency === undefined ? line(events.end(invocation)) : undefined),
    report: (report) => line(events.report(report)),
  }
}
