import { strict as assert } from 'node:assert'
import type { Log } from '#base'
import { type EagerPolling, PollingHabit } from './eager-polling.ts'
import type { Environment, EnvironmentSpec, Invocation, InvocationResult } from './environment-spec.ts'
import {
  exited,
  failureResult,
  outOfMemory,
  type PlatformFailure,
  RESPONSE_TOO_LARGE,
  responseTooLarge,
  timedOut,
} from './function-errors.ts'
import type { IdleFreezer } from './idle-freezer.ts'
import { awaitInit, type InitOutcome } from './init-phase.ts'
import { InvocationLog } from './invocation-log.ts'
import { type Outcome, type PlatformLines, platformLines, SUCCESS } from './platform-log/platform-lines.ts'
import type { ResponseStream } from './runtime-api/response-stream.ts'
import type { RuntimeAnswer, RuntimeError, RuntimeSession } from './runtime-api/runtime-session.ts'
import { type RuntimeProcess, startRuntimeProcess } from './runtime-process.ts'
import type { ProcessExit, Sandbox, SandboxCommand } from './sandbox/sandbox.ts'

/** What a host gives an environment to live on. */
export interface EnvironmentParts {
  readonly id: string
  readonly spec: EnvironmentSpec
  readonly sandbox: Sandbox
  readonly command: SandboxCommand
  readonly freezer: IdleFreezer
  readonly polling: EagerPolling
  readonly hostLog: Log
  /** Lines for the head of the log stream. */
  readonly notices: readonly string[]
  /** Makes the Runtime API by TCP lead to this session. */
  readonly assignSession: (session: RuntimeSession) => void
  /** Called once, when the environment has gone. */
  readonly release: () => void
}

/** The Init phase's own limit; an Init that is repeated within an invocation is limited by the function's timeout. */
const INIT_LIMIT_MS = 10_000
/** Nobody waits for one that is provisioned: it has the function's timeout, and at least this. */
const PROVISIONED_INIT_MINIMUM_MS = 130_000

const initLimitMs = ({ isProvisioned, timeoutSeconds }: EnvironmentSpec) =>
  isProvisioned ? Math.max(PROVISIONED_INIT_MINIMUM_MS, timeoutSeconds * 1000) : INIT_LIMIT_MS
/** Reading the memory use takes longer than a short invocation, so REPORT lines of quick ones share a value. */
const MEMORY_READ_INTERVAL_MS = 100

interface Call {
  readonly invocation: Invocation
  readonly startMs: number
  readonly deadlineMs: number
  readonly resolve: (result: InvocationResult) => void
  readonly reject: (error: Error) => void
  /** Its time is over; its processes are being killed. */
  hasTimedOut: boolean
  /** The caller has it in the place of a result, and the invocation runs on until its end. */
  stream: ResponseStream | undefined
}

/** An execution environment: Init, Invoke, reset after a failure, Shutdown. */
export class RunningEnvironment implements Environment {
  readonly id: string
  readonly #parts: EnvironmentParts
  readonly #log: InvocationLog
  readonly #lines: PlatformLines
  readonly #habit = new PollingHabit()
  /** One timer for the environment's whole life, wound up again by each invocation. */
  #deadline: NodeJS.Timeout | undefined
  /** None after a failure: the next invocation starts one. */
  #process: RuntimeProcess | undefined
  #call: Call | undefined
  /** Writes the last lines of an invocation, which follow its answer a turn later. */
  #owedReport: (() => void) | undefined
  #isFrozen = false
  #idleSinceMs: number | undefined
  /** Until the first REPORT has told it. */
  #initMs: number | undefined
  #usedMemoryMb = 0
  #memoryReadMs = 0
  #shutdown: Promise<void> | undefined

  private constructor(parts: EnvironmentParts) {
    this.id = parts.id
    this.#parts = parts
    this.#log = new InvocationLog(parts.spec.log)
    this.#lines = platformLines(parts.spec)
  }

  /** Resolves when the Init phase has ended; a failed one is repeated within the first invocation. */
  static async start(parts: EnvironmentParts): Promise<RunningEnvironment> {
    const environment = new RunningEnvironment(parts)
    try {
      await environment.#firstInit()
    } catch (error) {
      await environment.shutdown()
      throw error
    }
    return environment
  }

  get isAlive(): boolean {
    return this.#shutdown === undefined
  }

  get isInitialized(): boolean {
    return this.#process !== undefined
  }

  get idleSinceMs(): number | undefined {
    return this.#process?.session.isReady === true ? this.#idleSinceMs : undefined
  }

  freeze(): void {
    if (!this.isAlive) return
    this.#isFrozen = true
    this.#parts.sandbox.freeze()
  }

  async invoke(invocation: Invocation): Promise<InvocationResult> {
    assert(this.isAlive, 'an environment that was shut down is not invoked')
    assert(this.#call === undefined, 'an environment has one invocation at a time')
    this.#owedReport?.()
    this.#thaw()
    const { spec } = this.#parts
    if (invocation.wantsLogTail) this.#log.startTail()
    this.#log.append(this.#lines.start(invocation.requestId))
    return new Promise((resolve, reject) => {
      const deadlineMs = Date.now() + spec.timeoutSeconds * 1000
      const call: Call = {
        invocation,
        startMs: performance.now(),
        deadlineMs,
        resolve,
        reject,
        hasTimedOut: false,
        stream: undefined,
      }
      this.#call = call
      this.#windUp()
      if (this.#process !== undefined) this.#dispatch(call, this.#process)
      else this.#startOver(call)
    })
  }

  shutdown(): Promise<void> {
    this.#shutdown ??= this.#end()
    return this.#shutdown
  }

  // --- Init

  async #firstInit(): Promise<void> {
    const startMs = performance.now()
    for (const notice of this.#parts.notices) this.#log.append(this.#lines.notice(notice))
    const outcome = await this.#init('init', initLimitMs(this.#parts.spec))
    if (outcome.kind !== 'ready') return
    this.#initMs = performance.now() - startMs
    this.#becomeIdle()
  }

  /** Init as a part of an invocation, because the last process has gone. */
  #startOver(call: Call): void {
    this.#initAndDispatch(call).catch((error) => this.#breakDown(call, error))
  }

  async #initAndDispatch(call: Call): Promise<void> {
    const outcome = await this.#init('invoke', undefined)
    if (this.#call !== call || call.hasTimedOut) return
    if (outcome.kind === 'reported') this.#settle(call, functionError(outcome.error), outcomeOfError(outcome.error))
    else if (outcome.kind === 'failed') this.#fail(call, outcome.failure)
    else if (this.#process !== undefined) this.#dispatch(call, this.#process)
  }

  async #init(phase: 'init' | 'invoke', limitMs: number | undefined): Promise<InitOutcome> {
    const { sandbox, command, assignSession } = this.#parts
    const startMs = performance.now()
    this.#log.append(this.#lines.initStart(phase))
    const runtime = await startRuntimeProcess(sandbox, command, assignSession, (record) => this.#log.append(record))
    this.#process = runtime
    // Too late already: it must not outlive what it was started for.
    if (!this.isAlive || this.#call?.hasTimedOut) runtime.kill()
    const init = await awaitInit(runtime, limitMs)
    if (init.kind === 'ready') runtime.end.then((exit) => this.#onExit(runtime, exit))
    else this.#process = undefined
    const initMs = performance.now() - startMs
    if (!this.#call?.hasTimedOut)
      for (const line of this.#lines.initEnd(phase, initMs, outcomeOfInit(init))) this.#log.append(line)
    return init
  }

  // --- Invoke

  #dispatch(call: Call, { session }: RuntimeProcess): void {
    const { requestId, payload, invokedFunctionArn, traceHeader, clientContext, wantsStream = false } = call.invocation
    if (this.#habit.shouldPoll()) this.#parts.polling.begin()
    const event = { requestId, deadlineMs: call.deadlineMs, invokedFunctionArn, traceHeader, payload, wantsStream }
    session.dispatch(clientContext === undefined ? event : { ...event, clientContext }, (answer) => {
      if (this.#call === call && !call.hasTimedOut) this.#take(call, answer)
    })
  }

  #take(call: Call, answer: RuntimeAnswer): void {
    if (answer.kind === 'stream') {
      call.stream = answer.stream
      call.resolve({ payload: NOTHING, stream: answer.stream })
    } else this.#settle(call, resultOf(answer), outcomeOf(answer))
  }

  /** The caller has the answer at once; the log lines wait a turn, until output written before it has been read. */
  #settle(call: Call, result: InvocationResult, outcome: Outcome): void {
    const durationMs = performance.now() - call.startMs
    this.#habit.note(durationMs)
    this.#call = undefined
    if (!call.invocation.wantsLogTail) tell(call, result)
    const report = () => {
      if (this.#owedReport !== report) return
      this.#owedReport = undefined
      const producedBytes = call.stream?.writtenBytes ?? result.payload.length
      this.#report(call.invocation.requestId, durationMs, producedBytes, outcome)
      if (call.invocation.wantsLogTail) tell(call, { ...result, logTail: this.#log.endTail() })
    }
    this.#owedReport = report
    setImmediate(report)
    this.#becomeIdle()
  }

  #report(requestId: string, measuredMs: number, producedBytes: number, outcome: Outcome): void {
    const { memoryMb, timeoutSeconds } = this.#parts.spec
    const initMs = this.#initMs
    this.#initMs = undefined
    const durationMs = Math.min(measuredMs, timeoutSeconds * 1000)
    const usedMemoryMb = this.#usedMemory()
    this.#log.append(this.#lines.end({ requestId, durationMs, producedBytes, outcome }))
    this.#log.append(this.#lines.report({ requestId, durationMs, memoryMb, usedMemoryMb, initMs, outcome }))
  }

  #usedMemory(): number {
    const now = performance.now()
    if (now - this.#memoryReadMs > MEMORY_READ_INTERVAL_MS) {
      this.#memoryReadMs = now
      const used = Math.ceil(this.#parts.sandbox.peakMemoryBytes() / 1024 / 1024)
      this.#usedMemoryMb = Math.min(used, this.#parts.spec.memoryMb)
    }
    return this.#usedMemoryMb
  }

  #becomeIdle(): void {
    this.#idleSinceMs = performance.now()
    this.#parts.freezer.watch(this)
  }

  #thaw(): void {
    this.#idleSinceMs = undefined
    if (!this.#isFrozen) return
    this.#isFrozen = false
    this.#parts.sandbox.thaw()
  }

  // --- failures: after each of them the processes are gone, and the next invocation starts with an Init

  #windUp(): void {
    if (this.#deadline !== undefined) {
      this.#deadline.refresh()
      return
    }
    this.#deadline = setTimeout(() => void this.#onDeadline(), this.#parts.spec.timeoutSeconds * 1000)
    this.#deadline.unref()
  }

  /** The time covers all of the Invoke phase: the runtime must have asked for its next event as well. */
  async #onDeadline(): Promise<void> {
    const call = this.#call
    const runtime = this.#process
    if (call === undefined && (runtime === undefined || runtime.session.isReady || !this.isAlive)) return
    if (call !== undefined) call.hasTimedOut = true
    this.#parts.sandbox.kill()
    await runtime?.end
    if (this.#process === runtime) this.#process = undefined
    if (call !== undefined && this.#call === call) this.#fail(call, timedOut(this.#parts.spec.timeoutSeconds))
  }

  #onExit(runtime: RuntimeProcess, exit: ProcessExit): void {
    if (this.#process !== runtime) return
    this.#process = undefined
    const call = this.#call
    if (call === undefined || call.hasTimedOut) return
    // It ended on its own account after the last invocation, and never knew of this one.
    if (runtime.session.isDeliveryOwed) this.#startOver(call)
    else this.#fail(call, runtime.ranOutOfMemory(exit) ? outOfMemory : exited(exit))
  }

  #fail(call: Call, failure: PlatformFailure): void {
    const { requestId } = call.invocation
    this.#log.append(this.#lines.failure(requestId, failure))
    const result = failureResult(failure, requestId)
    this.#settle(call, call.stream ? brokenOff(result, failure) : result, failure)
  }

  /** The host could not start a process. That is no fault of the function, and this environment is of no use any more. */
  #breakDown(call: Call, error: Error): void {
    if (this.#call !== call) return
    this.#call = undefined
    call.reject(error)
    void this.shutdown()
  }

  // --- Shutdown: without extensions there is nobody to be asked, so everything is killed at once

  async #end(): Promise<void> {
    const { sandbox, release } = this.#parts
    clearTimeout(this.#deadline)
    this.#owedReport?.()
    const call = this.#call
    this.#call = undefined
    if (call) abandon(call, new Error('the execution environment was shut down during the invocation'))
    sandbox.kill()
    await this.#process?.end
    // What could not be removed is left to the next start of a server; the environment is gone all the same.
    await sandbox
      .remove()
      .catch((cause) => this.#parts.hostLog.warn('an environment left something behind', { id: this.id, cause }))
    release()
  }
}

const NOTHING = Buffer.alloc(0)

/** Of a stream the caller has been told already, all but its end. */
function tell({ stream, resolve }: Call, result: InvocationResult): void {
  if (stream === undefined) resolve(result)
  else stream.finish(result)
}

function abandon({ stream, reject }: Call, cause: Error): void {
  if (stream === undefined) reject(cause)
  else stream.break(cause)
}

/** AWS tells the reader of a stream whose runtime has gone that it is truncated, and names only the timeout. */
const brokenOff = (result: InvocationResult, { status, errorType }: PlatformFailure): InvocationResult => ({
  ...result,
  errorType: status === 'timeout' ? errorType : 'Runtime.TruncatedResponse',
})

const functionError = ({ body, errorType }: RuntimeError): InvocationResult => ({
  functionError: 'Unhandled',
  errorType,
  payload: body,
})

type FinalAnswer = Exclude<RuntimeAnswer, { readonly kind: 'stream' }>

function resultOf(answer: FinalAnswer): InvocationResult {
  switch (answer.kind) {
    case 'response':
      return { payload: answer.body }
    case 'error':
      return functionError({ body: answer.body, errorType: answer.givenType ?? answer.errorType })
    case 'too-large':
      return responseTooLarge(answer.limitBytes)
  }
}

/** When the platform has found no fault, an error is the function's own. */
function outcomeOf(answer: FinalAnswer): Outcome {
  if (answer.kind === 'response') return SUCCESS
  return { status: 'failure', errorType: answer.kind === 'error' ? answer.errorType : RESPONSE_TOO_LARGE }
}

const outcomeOfError = ({ errorType }: RuntimeError): Outcome => ({ status: 'failure', errorType })

function outcomeOfInit(init: InitOutcome): Outcome {
  if (init.kind === 'ready') return SUCCESS
  return init.kind === 'failed' ? init.failure : { status: 'error', errorType: init.error.errorType }
}
