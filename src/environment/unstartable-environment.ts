import { strict as assert } from 'node:assert'
import type { ContainerImage, Environment, EnvironmentSpec, Invocation, InvocationResult } from './environment-spec.ts'
import { failureResult, type PlatformFailure } from './function-errors.ts'
import { InvocationLog } from './invocation-log.ts'
import { platformLines } from './platform-log/platform-lines.ts'

/** Stands in where nothing on this host can run the function: every invocation answers with the reason. */
export function createUnstartableEnvironment(id: string, spec: EnvironmentSpec, failure: PlatformFailure): Environment {
  const log = new InvocationLog(spec.log)
  const lines = platformLines(spec)
  let isAlive = true
  const notices = spec.image ? [lines.notice(launchError(spec.image, failure))] : []
  for (const line of [lines.initStart('init'), ...notices, ...lines.initEnd('init', 0, failure)]) log.append(line)

  async function invoke({ requestId, wantsLogTail }: Invocation): Promise<InvocationResult> {
    assert(isAlive, 'an environment that was shut down is not invoked')
    const startMs = performance.now()
    if (wantsLogTail) log.startTail()
    log.append(lines.start(requestId))
    log.append(lines.failure(requestId, failure))
    const durationMs = performance.now() - startMs
    const { memoryMb } = spec
    log.append(lines.end({ requestId, durationMs, producedBytes: 0, outcome: failure }))
    log.append(lines.report({ requestId, durationMs, memoryMb, usedMemoryMb: 0, initMs: undefined, outcome: failure }))
    const result = failureResult(failure, requestId)
    return wantsLogTail ? { ...result, logTail: log.endTail() } : result
  }

  return {
    id,
    get isAlive() {
      return isAlive
    },
    isInitialized: false,
    peakMemoryMb: 0,
    room: spec.maxConcurrency ?? 1,
    ending: undefined,
    invoke,
    async shutdown() {
      isAlive = false
    },
  }
}

/** As AWS tells what it tried to start. */
function launchError({ entryPoint, command, workingDirectory }: ContainerImage, { message }: PlatformFailure): string {
  const [entry, parameters] = [entryPoint, command].map((list) => list.join(','))
  return `IMAGE\tLaunch error: ${message}\tEntrypoint: [${entry}]\tCmd: [${parameters}]\tWorkingDir: [${workingDirectory}]`
}
