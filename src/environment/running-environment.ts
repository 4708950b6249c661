import { strict as assert } from 'node:assert'
import { PollingHabit } from '#base'
import {
  type Answered,
  abandon,
  brokenOff,
  type Call,
  endOf,
  eventOf,
  functionError,
  outcomeOf,
  outcomeOfError,
  resultOf,
  tell,
} from './call.ts'
import { EnvironmentLog } from './environment-log.ts'
import { type EnvironmentParts, giveBack, processesParts } from './environment-parts.ts'
import type { Environment, Invocation, InvocationResult } from './environment-spec.ts'
import type { ShutdownReason } from './extensions/extensions.ts'
import { failureResult, isBrokenDown, type PlatformFailure, timedOut } from './function-errors.ts'
import { awaitInit, type InitOutcome, initLimitMs, outcomeOfInit } from './init-phase.ts'
import { MemoryUse } from './memory-use.ts'
import type { EndedInvocation, Outcome } from './platform-log/platform-lines.ts'
import { Processes } from './processes.ts'
import { RuntimeSession } from './runtime-api/runtime-session.ts'
import type { RuntimeAnswer } from './runtime-api/session.ts'
import { dialSandbox } from './telemetry/destination.ts'

const NOTHING = Buffer.alloc(0)

/** An execution environment: Init, Invoke, reset after a failure, Shutdown. */
export class RunningEnvironment implements Environment {
  readonly id: string
  readonly #parts: EnvironmentParts
  readonly #log: EnvironmentLog
  readonly #habit = new PollingHabit()
  readonly #memory: MemoryUse
  /** One timer for the environment's whole life, wound up again by each invocation. */
  #deadline: NodeJS.Timeout | undefined
  /** None after a failure: the next invocation starts some. */
  #processes: Processes<RuntimeSession> | undefined
  /** While the last ones are being ended. */
  #resetting: Promise<void> | undefined
  #call: Call | undefined
  #answered: Answered | undefined
  #isFrozen = false
  #idleSinceMs: number | undefined
  /** Until the first REPORT has told it. */
  #initMs: number | undefined
  #shutdown: Promise<void> | undefined

  private constructor(parts: EnvironmentParts) {
    this.id = parts.id
    this.#parts = parts
    this.#memory = new MemoryUse(parts.sandbox, parts.spec.memoryMb)
    this.#log = new EnvironmentLog(parts.spec, dialSandbox(parts.sandbox))
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
    return this.#processes !== undefined
  }

  get peakMemoryMb(): number {
    return this.#memory.lastMb
  }

  get room(): number {
    return this.#call === undefined ? 1 : 0
  }

  get ending(): Promise<void> | undefined {
    if (this.#resetting !== undefined) return this.#resetting
    return this.#processes?.isBusy === true ? this.#processes.quiet() : undefined
  }

  get idleSinceMs(): number | undefined {
    return this.#processes?.isBusy === false ? this.#idleSinceMs : undefined
  }

  freeze(): void {
    if (!this.isAlive) return
    this.#isFrozen = true
    this.#parts.sandbox.freeze()
  }

  async invoke(invocation: Invocation): Promise<InvocationResult> {
    assert(this.isAlive, 'an environment that was shut down is not invoked')
    assert(this.#call === undefined, 'an environment has one invocation at a time')
    if (this.#answered !== undefined) this.#report(this.#answered)
    this.#idleSinceMs = undefined
    this.#thaw()
    const { spec } = this.#parts
    if (invocation.wantsLogTail) this.#log.startTail(invocation.requestId)
    this.#log.start(invocation.requestId)
    return new Promise((resolve, reject) => {
      const deadlineMs = Date.now() + spec.timeoutSeconds * 1000
      const startMs = performance.now()
      const call: Call = { invocation, startMs, deadlineMs, resolve, reject, hasTimedOut: false, stream: undefined }
      this.#call = call
      this.#windUp()
      if (this.#processes !== undefined) this.#dispatch(call, this.#processes)
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
    for (const notice of this.#parts.notices) this.#log.notice(notice)
    const outcome = await this.#init('init', initLimitMs(this.#parts.spec))
    if (outcome.kind !== 'ready') return
    this.#initMs = performance.now() - startMs
    this.#becomeIdle()
  }

  /** Init as a part of an invocation, because the last processes have gone. */
  #startOver(call: Call): void {
    this.#initAndDispatch(call).catch((error) => this.#breakDown(call, error))
  }

  async #initAndDispatch(call: Call): Promise<void> {
    await this.#resetting
    if (this.#call !== call || call.hasTimedOut) return
    const outcome = await this.#init('invoke', undefined)
    if (this.#call !== call || call.hasTimedOut) return
    if (outcome.kind === 'reported') this.#settle(call, functionError(outcome.error), outcomeOfError(outcome.error))
    else if (outcome.kind === 'failed') {
      if (!isBrokenDown(outcome.failure)) this.#fail(call, outcome.failure)
    } else if (this.#processes !== undefined) this.#dispatch(call, this.#processes)
  }

  async #init(phase: 'init' | 'invoke', limitMs: number | undefined): Promise<InitOutcome> {
    const startMs = performance.now()
    const call = this.#call
    this.#log.initStart(phase)
    const processes = this.#createProcesses()
    this.#processes = processes
    const init = await awaitInit(processes, limitMs)
    if (init.kind === 'ready') processes.over.then((failure) => this.#onOver(processes, failure))
    else if (this.#processes === processes) this.#processes = undefined
    const initMs = performance.now() - startMs
    if (!call?.hasTimedOut) this.#log.initEnd(phase, initMs, outcomeOfInit(init), processes.extensions)
    return init
  }

  #createProcesses(): Processes<RuntimeSession> {
    return new Processes({
      ...processesParts(this.#parts, this.#log),
      hearsInvocations: true,
      createSession: (otherApi, onReady) => new RuntimeSession(otherApi, onReady),
      onRuntimeReady: () => this.#onRuntimeReady(),
    })
  }

  // --- Invoke

  #dispatch(call: Call, processes: Processes<RuntimeSession>): void {
    if (this.#habit.shouldPoll()) this.#parts.polling.begin()
    const event = eventOf(call)
    if (!processes.extensions.isEmpty) processes.extensions.invoke(event)
    processes.session.dispatch(event, (answer) => {
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
    const endMs = performance.now()
    const answered: Answered = { call, result, outcome, endMs, isRuntimeDone: false }
    this.#habit.note(endMs - call.startMs)
    this.#call = undefined
    this.#answered = answered
    if (!call.invocation.wantsLogTail) tell(call, result)
    setImmediate(() => this.#endPhase(answered))
    this.#becomeIdle()
  }

  /** The phase ends when all have asked for their next event, which our own runtimes do in the breath of their answer. */
  #endPhase(answered: Answered): void {
    if (this.#answered !== answered) return
    const { ending } = this
    if (ending === undefined) this.#report(answered)
    else void ending.then(() => this.#endLater(answered))
  }

  #endLater(answered: Answered): void {
    answered.endMs = performance.now()
    this.#becomeIdle()
    setImmediate(() => this.#endPhase(answered))
  }

  #onRuntimeReady(): void {
    if (this.#answered !== undefined) this.#runtimeDone(this.#answered)
  }

  #runtimeDone(answered: Answered): void {
    if (answered.isRuntimeDone) return
    answered.isRuntimeDone = true
    this.#log.runtimeDone(() => this.#describe(answered))
  }

  #describe(answered: Answered): EndedInvocation {
    return endOf(answered, this.#parts.spec.timeoutSeconds)
  }

  #report(answered: Answered): void {
    this.#answered = undefined
    const ended = this.#describe(answered)
    const { requestId, durationMs, outcome } = ended
    const initMs = this.#initMs
    this.#initMs = undefined
    const { memoryMb } = this.#parts.spec
    this.#log.end(ended)
    this.#log.report({ requestId, durationMs, memoryMb, usedMemoryMb: this.#memory.peakMb(), initMs, outcome })
    const { call, result } = answered
    if (call.invocation.wantsLogTail) tell(call, { ...result, logTail: this.#log.endTail(requestId) })
  }

  #becomeIdle(): void {
    this.#idleSinceMs = performance.now()
    this.#parts.freezer.watch(this)
  }

  #thaw(): void {
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

  /** The time covers all of the Invoke phase: runtime and extensions must have asked for their next event as well. */
  async #onDeadline(): Promise<void> {
    const call = this.#call
    const processes = this.#processes
    if (call === undefined && (!processes?.isBusy || !this.isAlive)) return
    const failure = timedOut(this.#parts.spec.timeoutSeconds)
    if (call !== undefined) call.hasTimedOut = true
    else if (this.#answered !== undefined) this.#answered.outcome = failure
    // Extensions hear of it before they are told to end. Without any, ending takes no time, and the last output belongs
    // before the last lines of the log.
    if (processes?.extensions.isEmpty === false) {
      if (call !== undefined) this.#fail(call, failure)
      return this.#reset(processes, 'timeout')
    }
    await (processes === undefined ? this.#resetting : this.#reset(processes, 'timeout'))
    if (call !== undefined && this.#call === call) this.#fail(call, failure)
  }

  #onOver(processes: Processes<RuntimeSession>, failure: PlatformFailure): void {
    if (this.#processes !== processes) return
    const call = this.#call
    // They ended on their own account after the last invocation, and never knew of this one.
    const isUnseen = processes.session.isDeliveryOwed
    const isFailed = call !== undefined && !call.hasTimedOut && !isUnseen
    if (isFailed) this.#fail(call, failure)
    else if (this.#answered !== undefined && processes.isAtWork) this.#answered.outcome = failure
    void this.#reset(processes, 'failure')
    if (call !== undefined && !call.hasTimedOut && isUnseen) this.#startOver(call)
  }

  #reset(processes: Processes<RuntimeSession>, reason: ShutdownReason): Promise<void> {
    this.#processes = undefined
    this.#thaw()
    const resetting = processes.stop(reason).then(() => {
      this.#resetting = undefined
      this.#log.closeTelemetry()
    })
    this.#resetting = resetting
    return resetting
  }

  #fail(call: Call, failure: PlatformFailure): void {
    const { requestId } = call.invocation
    this.#log.failure(requestId, failure)
    const result = failureResult(failure, requestId)
    this.#settle(call, call.stream ? brokenOff(result, failure) : result, failure)
    if (this.#answered !== undefined) this.#runtimeDone(this.#answered)
  }

  /** The host could not start a process. That is no fault of the function, and this environment is of no use any more. */
  #breakDown(call: Call, error: Error): void {
    if (this.#call !== call) return
    this.#call = undefined
    call.reject(error)
    void this.shutdown()
  }

  // --- Shutdown

  async #end(): Promise<void> {
    clearTimeout(this.#deadline)
    if (this.#answered !== undefined) this.#report(this.#answered)
    const call = this.#call
    this.#call = undefined
    if (call) abandon(call, new Error('the execution environment was shut down during the invocation'))
    if (this.#processes !== undefined) await this.#reset(this.#processes, 'spindown')
    await this.#resetting
    await giveBack(this.#parts)
  }
}
