import { strict as assert } from 'node:assert'
import type { Environment, EnvironmentSpec, Invocation, InvocationResult } from './environment-spec.ts'
import { failureResult, type PlatformFailure } from './function-errors.ts'
import { endLine, failureLine, InvocationLog, reportLine, startLine } from './invocation-log.ts'

/** Stands in where nothing on this host can run the function: every invocation answers with the reason. */
export function createUnstartableEnvironment(id: string, spec: EnvironmentSpec, failure: PlatformFailure): Environment {
  const log = new InvocationLog(spec.log)
  let isAlive = true

  async function invoke({ requestId, wantsLogTail }: Invocation): Promise<InvocationResult> {
    assert(isAlive, 'an environment that was shut down is not invoked')
    const startMs = performance.now()
    if (wantsLogTail) log.startTail()
    log.append(startLine(requestId, spec.functionVersion))
    log.append(failureLine(requestId, failure))
    log.append(endLine(requestId))
    const durationMs = performance.now() - startMs
    const report = { requestId, durationMs, memoryMb: spec.memoryMb, usedMemoryMb: 0, initMs: undefined, failure }
    log.append(reportLine(report))
    const result = failureResult(failure, requestId)
    return wantsLogTail ? { ...result, logTail: log.endTail() } : result
  }

  return {
    id,
    get isAlive() {
      return isAlive
    },
    isInitialized: false,
    invoke,
    async shutdown() {
      isAlive = false
    },
  }
}
