import type { LogSink } from '#base'
import type { PlatformFailure } from './function-errors.ts'

/** How much of an invocation's log the caller can ask for. */
const TAIL_BYTES = 4096

/** Writes an environment's log stream, and keeps the end of one invocation's part when the caller wants it. */
export class InvocationLog {
  readonly #sink: LogSink
  #tail: string[] | undefined
  #tailLength = 0

  constructor(sink: LogSink) {
    this.#sink = sink
  }

  append(message: string): void {
    this.#sink.append(Date.now(), message)
    if (this.#tail !== undefined) this.#keep(this.#tail, message)
  }

  startTail(): void {
    this.#tail = []
    this.#tailLength = 0
  }

  endTail(): Buffer {
    const bytes = Buffer.from((this.#tail ?? []).map((line) => `${line}\n`).join(''))
    this.#tail = undefined
    return bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES))
  }

  #keep(tail: string[], message: string): void {
    tail.push(message.length > TAIL_BYTES ? message.slice(-TAIL_BYTES) : message)
    this.#tailLength += message.length + 1
    // A character is at least a byte, so what lies this far back is not needed.
    while (this.#tailLength - ((tail[0]?.length ?? 0) + 1) > TAIL_BYTES)
      this.#tailLength -= (tail.shift()?.length ?? 0) + 1
  }
}

export interface Report {
  readonly requestId: string
  readonly durationMs: number
  readonly memoryMb: number
  readonly usedMemoryMb: number
  /** Only when this invocation waited for the environment's start. */
  readonly initMs: number | undefined
  readonly failure: ReportFailure | undefined
}

export interface ReportFailure {
  readonly status: 'timeout' | 'error'
  readonly errorType: string
}

export const startLine = (requestId: string, version: string) => `START RequestId: ${requestId} Version: ${version}`

export const endLine = (requestId: string) => `END RequestId: ${requestId}`

export function reportLine({ requestId, durationMs, memoryMb, usedMemoryMb, initMs, failure }: Report): string {
  const billedMs = Math.ceil(durationMs + (initMs ?? 0))
  const init = initMs === undefined ? '' : `Init Duration: ${initMs.toFixed(2)} ms\t`
  return `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${billedMs} ms\tMemory Size: ${memoryMb} MB\tMax Memory Used: ${usedMemoryMb} MB\t${init}${failureText(failure)}`
}

/** `INIT_START Runtime Version: python:3.12.v1 …`: AWS numbers its builds; ours is the only one. */
export const initStartLine = (runtime: string, arn: string) =>
  `INIT_START Runtime Version: ${runtime.replace(/^(python|nodejs)(.*?)(\.x)?$/, '$1:$2')}.v1\tRuntime Version ARN: ${arn}`

export const initReportLine = (initMs: number, phase: 'init' | 'invoke', failure: ReportFailure) =>
  `INIT_REPORT Init Duration: ${initMs.toFixed(2)} ms\tPhase: ${phase}\t${failureText(failure).trimEnd()}`

function failureText(failure: ReportFailure | undefined): string {
  if (failure === undefined) return ''
  return failure.status === 'timeout' ? 'Status: timeout' : `Status: error\tError Type: ${failure.errorType}`
}

/** What went wrong, before the END line. */
export const failureLine = (requestId: string, { errorType, message, status }: PlatformFailure) =>
  status === 'timeout'
    ? `${new Date().toISOString()} ${requestId} ${message}`
    : `RequestId: ${requestId} Error: ${message}\n${errorType}`
