import { strict as assert } from 'node:assert'
import { PollingHabit } from '#base'
import {
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
import type { Outcome } from './platform-log/platform-lines.ts'
import { Processes } from './processes.ts'
import { ConcurrentSession } from './runtime-api/concurrent-session.ts'
import type { RuntimeAnswer } from './runtime-api/session.ts'
import { dialSandbox } from './telemetry/destination.ts'

const NOTHING = Buffer.alloc(0)
/** A runtime asks for its next event within a millisecond or two of its answer, on a busy host some more. */
const ASK_MS = 1000

/**
 * An execution environment that runs several invocations at a time. They end each for itself, and it never rests: no
 * freezing, and no phase that has to end before the next one begins.
 */
export class ConcurrentEnvironment implements Environment {
  readonly id: string
  readonly ending = undefined
  readonly #parts: EnvironmentParts
  readonly #log: EnvironmentLog
  readonly #habit = new PollingHabit()
  readonly #memory: MemoryUse
  readonly #most: number
  /** Those that are owed an answer, each with its deadline. */
  readonly #calls = new Map<Call, NodeJS.Timeout>()
  /** None after a failure: the next invocation starts some. */
  #processes: Processes<ConcurrentSession> | undefined
  /** Their Init has ended well. */
  #isReady = false
  /** An Init on behalf of those that wait for it. */
  #restarting = false
  /** While the last ones are being ended. */
  #resetting: Promise<void> | undefined
  #shutdown: Promise<void> | undefined

  private constructor(parts: EnvironmentParts) {
    this.id = parts.id
    this.#parts = parts
    this.#most = parts.spec.maxConcurrency ?? 1
    this.#memory = new MemoryUse(parts.sandbox, parts.spec.memoryMb)
    this.#log = new EnvironmentLog(parts.spec, dialSandbox(parts.sandbox))
  }

  /** Resolves when the Init phase has ended; a failed one is repeated within the first invocation. */
  static async start(parts: EnvironmentParts): Promise<ConcurrentEnvironment> {
    const environment = new ConcurrentEnvironment(parts)
    try {
      for (const notice of parts.notices) environment.#log.notice(notice)
      await environment.#init('init', initLimitMs(parts.spec))
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
    return this.#isReady
  }

  get peakMemoryMb(): number {
    return this.#memory.lastMb
  }

  /** A runtime that is still at invocations whose time is over may have nobody left for others: it has to ask first. */
  get room(): number {
    const free = this.#most - this.#calls.size
    const session = this.#isReady ? this.#processes?.session : undefined
    return session === undefined || session.late === 0 ? free : Math.min(free, session.waiting)
  }

  async invoke(invocation: Invocation): Promise<InvocationResult> {
    assert(this.isAlive, 'an environment that was shut down is not invoked')
    assert(this.#calls.size < this.#most, 'an environment has no more invocations than it was made for')
    const { requestId, wantsLogTail } = invocation
    if (wantsLogTail) this.#log.startTail(requestId)
    this.#log.start(requestId)
    return new Promise((resolve, reject) => {
      const timeoutMs = this.#parts.spec.timeoutSeconds * 1000
      const deadlineMs = Date.now() + timeoutMs
      const startMs = performance.now()
      const call: Call = { invocation, startMs, deadlineMs, resolve, reject, hasTimedOut: false, stream: undefined }
      this.#calls.set(call, setTimeout(() => this.#onDeadline(call), timeoutMs).unref())
      if (this.#isReady && this.#processes !== undefined) this.#dispatch(call, this.#processes)
      else if (!this.#restarting) this.#restart().catch((error) => this.#breakDown(error))
    })
  }

  shutdown(): Promise<void> {
    this.#shutdown ??= this.#end()
    return this.#shutdown
  }

  // --- Init

  async #init(phase: 'init' | 'invoke', limitMs: number | undefined): Promise<InitOutcome> {
    const startMs = performance.now()
    this.#log.initStart(phase)
    const processes = this.#createProcesses()
    this.#processes = processes
    const init = await awaitInit(processes, limitMs)
    if (init.kind === 'ready') processes.over.then((failure) => this.#onOver(processes, failure))
    if (this.#processes === processes) {
      if (init.kind === 'ready') this.#begin(processes)
      else this.#processes = undefined
    }
    this.#log.initEnd(phase, performance.now() - startMs, outcomeOfInit(init), processes.extensions)
    return init
  }

  /** Whoever has waited for it, and from now on everybody else, is run: at once, so that nobody is run twice. */
  #begin(processes: Processes<ConcurrentSession>): void {
    this.#isReady = true
    for (const call of this.#calls.keys()) this.#dispatch(call, processes)
  }

  #createProcesses(): Processes<ConcurrentSession> {
    return new Processes({
      ...processesParts(this.#parts, this.#log),
      hearsInvocations: false,
      createSession: (otherApi, onReady) => new ConcurrentSession(otherApi, this.#most, onReady),
      onRuntimeReady() {},
    })
  }

  /** Init as a part of invocations, because the last processes have gone. Again if all that waited had to give up on it. */
  async #restart(): Promise<void> {
    this.#restarting = true
    try {
      while (this.#calls.size > 0 && !this.#isReady && this.isAlive) {
        await this.#resetting
        const waiting = [...this.#calls.keys()]
        const outcome = await this.#init('invoke', undefined)
        // Whoever waits goes on waiting, for as long as the function may take.
        if (outcome.kind === 'failed' && isBrokenDown(outcome.failure)) return
        this.#afterRestart(outcome, waiting)
      }
    } finally {
      this.#restarting = false
    }
  }

  #afterRestart(outcome: InitOutcome, waiting: readonly Call[]): void {
    if (outcome.kind === 'reported') {
      for (const call of waiting) this.#settle(call, functionError(outcome.error), outcomeOfError(outcome.error))
    } else if (outcome.kind === 'failed') for (const call of waiting) this.#fail(call, outcome.failure)
  }

  // --- Invoke

  #dispatch(call: Call, processes: Processes<ConcurrentSession>): void {
    if (this.#habit.shouldPoll()) this.#parts.polling.begin()
    processes.session.dispatch(eventOf(call), (answer) => this.#take(call, answer))
  }

  #take(call: Call, answer: RuntimeAnswer): void {
    if (!this.#calls.has(call)) return
    if (answer.kind === 'stream') {
      call.stream = answer.stream
      call.resolve({ payload: NOTHING, stream: answer.stream })
    } else this.#settle(call, resultOf(answer), outcomeOf(answer))
  }

  /** The caller has the answer at once; the log lines wait a turn, until output written before it has been read. */
  #settle(call: Call, result: InvocationResult, outcome: Outcome): void {
    if (!this.#calls.has(call)) return
    clearTimeout(this.#calls.get(call))
    this.#calls.delete(call)
    this.#watch()
    const endMs = performance.now()
    this.#habit.note(endMs - call.startMs)
    if (!call.invocation.wantsLogTail) tell(call, result)
    setImmediate(() => this.#report(call, result, outcome, endMs))
  }

  #report(call: Call, result: InvocationResult, outcome: Outcome, endMs: number): void {
    const { requestId, wantsLogTail } = call.invocation
    const { memoryMb, timeoutSeconds } = this.#parts.spec
    const ended = endOf({ call, result, outcome, endMs }, timeoutSeconds)
    const { durationMs } = ended
    this.#log.end(ended)
    const usedMemoryMb = this.#memory.peakMb()
    this.#log.report({ requestId, durationMs, memoryMb, usedMemoryMb, initMs: undefined, outcome })
    if (wantsLogTail) tell(call, { ...result, logTail: this.#log.endTail(requestId) })
  }

  // --- failures

  /** Of this invocation only: the others go on, and what the runtime does with it is not known. */
  #onDeadline(call: Call): void {
    call.hasTimedOut = true
    const processes = this.#processes
    processes?.session.giveUp(call.invocation.requestId)
    this.#fail(call, timedOut(this.#parts.spec.timeoutSeconds))
    if (processes !== undefined && this.#isStuck(processes)) void this.#reset(processes, 'timeout')
  }

  /** Everybody has given up on it, and it asks for nothing more. */
  #isStuck({ session }: Processes<ConcurrentSession>): boolean {
    return this.#calls.size === 0 && session.waiting === 0
  }

  /** What has nothing to do any more but what it is late with asks for more by then, or never will. */
  #watch(): void {
    const processes = this.#processes
    if (processes === undefined || processes.session.late === 0 || this.#calls.size > 0) return
    setTimeout(() => {
      if (this.#processes === processes && this.#isReady && this.#isStuck(processes))
        void this.#reset(processes, 'timeout')
    }, ASK_MS).unref()
  }

  /** They have ended on their own account: with them all that they were at, but not what they had not seen yet. */
  #onOver(processes: Processes<ConcurrentSession>, failure: PlatformFailure): void {
    if (this.#processes !== processes) return
    void this.#reset(processes, 'failure')
    for (const call of [...this.#calls.keys()])
      if (!processes.session.isOwed(call.invocation.requestId)) this.#fail(call, failure)
    if (this.#calls.size > 0) this.#restart().catch((error) => this.#breakDown(error))
  }

  #reset(processes: Processes<ConcurrentSession>, reason: ShutdownReason): Promise<void> {
    this.#processes = undefined
    this.#isReady = false
    const resetting = processes.stop(reason).then(() => {
      this.#resetting = undefined
      this.#log.closeTelemetry()
    })
    this.#resetting = resetting
    return resetting
  }

  #fail(call: Call, failure: PlatformFailure): void {
    if (!this.#calls.has(call)) return
    const { requestId } = call.invocation
    this.#log.failure(requestId, failure)
    const result = failureResult(failure, requestId)
    this.#settle(call, call.stream ? brokenOff(result, failure) : result, failure)
  }

  /** The host could not start a process. That is no fault of the function, and this environment is of no use any more. */
  #breakDown(error: Error): void {
    this.#abandonAll(error)
    void this.shutdown()
  }

  #abandonAll(cause: Error): void {
    for (const [call, deadline] of this.#calls) {
      clearTimeout(deadline)
      abandon(call, cause)
    }
    this.#calls.clear()
  }

  // --- Shutdown

  async #end(): Promise<void> {
    this.#abandonAll(new Error('the execution environment was shut down during the invocation'))
    if (this.#processes !== undefined) await this.#reset(this.#processes, 'spindown')
    await this.#resetting
    await giveBack(this.#parts)
  }
}
