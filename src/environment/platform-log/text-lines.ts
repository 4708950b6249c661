import type { PlatformFailure } from '../function-errors.ts'
import type { InitPhase, Outcome, PlatformLines, Report, Subject } from './platform-lines.ts'
import { billedMs, runtimeVersionName } from './runtime-version.ts'

export const textLines = ({ functionVersion, runtime, runtimeVersionArn }: Subject): PlatformLines => ({
  notice: (text) => text,
  initStart: () =>
    runtimeVersionArn &&
    `INIT_START Runtime Version: ${runtimeVersionName(runtime)}\tRuntime Version ARN: ${runtimeVersionArn}`,
  initEnd: (phase, initMs, outcome) => (outcome.status === 'success' ? [] : [initReport(phase, initMs, outcome)]),
  extension: ({ name, state, events, errorType }) =>
    `EXTENSION\tName: ${name}\tState: ${state}\tEvents: [${events.join(', ')}]${errorType === undefined ? '' : `\tError Type: ${errorType}`}`,
  subscription: ({ api, name, state, types }) =>
    `${api.toUpperCase()}\tName: ${name}\tState: ${state}\tTypes: [${types.map(capitalized).join(', ')}]`,
  start: (requestId) => `START RequestId: ${requestId} Version: ${functionVersion}`,
  failure: failureText,
  end: ({ requestId }) => `END RequestId: ${requestId}`,
  report: reportText,
})

const initReport = (phase: InitPhase, initMs: number, outcome: Outcome) =>
  `INIT_REPORT Init Duration: ${initMs.toFixed(2)} ms\tPhase: ${phase}\t${outcomeText(outcome)}`

/** Memory and time of such an environment are nobody's in particular. */
export const concurrentTextLines = (subject: Subject): PlatformLines => ({
  ...textLines(subject),
  start: (requestId) => `START RequestId: ${requestId}\tVersion: ${subject.functionVersion}`,
  failure: (requestId, { errorType, status }) =>
    `RequestId: ${requestId}\tStatus: ${status}${status === 'timeout' ? '' : `\tErrorType: ${errorType}`}`,
  report: ({ requestId, durationMs }) => `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms`,
})

function reportText({ requestId, durationMs, memoryMb, usedMemoryMb, initMs, outcome }: Report): string {
  const init = initMs === undefined ? '' : `Init Duration: ${initMs.toFixed(2)} ms\t`
  // What a function reports by itself is no matter of the platform in this format.
  const end = outcome.status === 'failure' ? '' : outcomeText(outcome)
  return `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${billedMs(durationMs, initMs)} ms\tMemory Size: ${memoryMb} MB\tMax Memory Used: ${usedMemoryMb} MB\t${init}${end}`
}

function outcomeText(outcome: Outcome): string {
  if (outcome.status === 'success') return ''
  return outcome.status === 'timeout' ? 'Status: timeout' : `Status: error\tError Type: ${outcome.errorType}`
}

const failureText = (requestId: string, { errorType, message, status }: PlatformFailure) =>
  status === 'timeout'
    ? `${new Date().toISOString()} ${requestId} ${message}`
    : `RequestId: ${requestId} Error: ${message}\n${errorType}`

const capitalized = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
