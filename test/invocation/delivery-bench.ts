import type { TestContext } from 'node:test'
import type { InvocationResult } from '#environment'
import { Deliverer, type InvokeRequest, OutboxSender } from '#invocation'
import {
  type FunctionConfiguration,
  type FunctionVersion,
  LATEST,
  type OutboxMessage,
  type QueuedEvent,
  throttled,
} from '#resources'
import type { Store } from '#store'
import { functionVersion } from '../store/function-version.ts'
import { closedAfter, quietLog, temporaryStore } from '../store/temporary-store.ts'
import { type ManualClock, manualClock } from '../support/manual-clock.ts'
import { poll } from '../support/poll.ts'

export const ACCOUNT = '000000000000'
export const START_MS = 1_700_000_000_000

/** What a function does with an event, in the place of a process. */
export type Behaviour = (
  request: InvokeRequest,
  version: FunctionVersion,
) => InvocationResult | Promise<InvocationResult>

export const succeeds: Behaviour = () => ({ payload: Buffer.from('"done"') })
export const fails: Behaviour = () => ({
  functionError: 'Unhandled',
  payload: Buffer.from('{"errorMessage":"on purpose","errorType":"Error"}'),
})
export const isThrottled: Behaviour = () => {
  throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded')
}

/** A deliverer over a real store, with a clock that is told the time and functions that are told what to do. */
export interface DeliveryBench {
  readonly store: Store
  readonly clock: ManualClock
  readonly deliverer: Deliverer
  readonly sender: OutboxSender
  /** Which functions ran, in order, with the seconds since the start. */
  readonly runs: readonly (readonly [functionName: string, seconds: number])[]
  /** By name; to be changed at will. */
  readonly behaviours: Record<string, Behaviour>
  /** What targets have taken, in order. */
  readonly taken: readonly OutboxMessage[]
  /** Targets that do not take everything at once. */
  readonly takers: Record<string, (message: OutboxMessage) => void | Promise<void>>
  /** What no role may do. */
  readonly forbidden: Set<string>
  define(functionName: string, behaviour: Behaviour, configuration?: Partial<FunctionConfiguration>): Promise<void>
  enqueue(functionName: string, event?: Partial<QueuedEvent>): Promise<void>
  /** An invocation of the function has ended, somebody else's perhaps. */
  free(functionName: string): void
  /** It is so many seconds after the start, and what was due has been looked at. */
  advance(seconds: number): Promise<void>
  ran(times: number, functionName?: string): Promise<void>
}

export async function deliveryBench(t: TestContext): Promise<DeliveryBench> {
  const clock = manualClock(START_MS)
  const store = await temporaryStore(t, { clock })
  const behaviours: Record<string, Behaviour> = {}
  const runs: [string, number][] = []
  const ends = new Map<string, PromiseWithResolvers<void>>()
  const nextEnd = (functionName: string) => {
    const end = ends.get(functionName) ?? Promise.withResolvers<void>()
    ends.set(functionName, end)
    return end
  }
  const free = (functionName: string) => {
    const end = nextEnd(functionName)
    ends.delete(functionName)
    end.resolve()
  }
  const invocations = {
    running: 0,
    nextEnd: ({ functionName }: FunctionVersion) => nextEnd(functionName).promise,
    invoke: async (version: FunctionVersion, request: InvokeRequest) => {
      const { functionName } = version
      const result = (behaviours[functionName] ?? succeeds)(request, version)
      runs.push([functionName, (clock.now() - START_MS) / 1000])
      return Promise.resolve(result).finally(() => free(functionName))
    },
  }
  const place = { partition: 'aws', region: 'us-east-1' }
  const deliverer = new Deliverer({ store, invocations, place, clock, log: quietLog })
  const taken: OutboxMessage[] = []
  const takers: DeliveryBench['takers'] = {}
  const forbidden = new Set<string>()
  const sender = new OutboxSender({
    store,
    place,
    clock,
    log: quietLog,
    isAllowed: async (_role, action) => !forbidden.has(action),
    send: async (message) => {
      await takers[message.target]?.(message)
      taken.push(message)
    },
  })
  const define = async (functionName: string, behaviour: Behaviour, change?: Partial<FunctionConfiguration>) => {
    behaviours[functionName] = behaviour
    const { configuration, ...version } = functionVersion(functionName, { functionId: functionName, version: LATEST })
    await store.functions.create({ ...version, configuration: { ...configuration, ...change } })
  }
  const enqueue = (functionName: string, event: Partial<QueuedEvent> = {}) =>
    store.events.enqueue({
      requestId: `${functionName}-request`,
      account: ACCOUNT,
      functionName,
      payload: Buffer.from('{}'),
      traceHeader: '',
      acceptedMs: clock.now(),
      attempts: 0,
      dueMs: clock.now(),
      ...event,
    })
  const count = (functionName?: string) =>
    runs.filter(([name]) => name !== PROBE && (functionName === undefined || name === functionName)).length
  await define(PROBE, succeeds)
  closedAfter(t, { close: () => deliverer.stop() })
  closedAfter(t, { close: () => sender.stop() })
  closedAfter(t, { close: () => store.close() })
  deliverer.start()
  sender.start()
  return {
    store,
    clock,
    deliverer,
    sender,
    taken,
    takers,
    forbidden,
    behaviours,
    get runs() {
      return runs.filter(([name]) => name !== PROBE)
    },
    define,
    enqueue,
    free,
    ran: async (times, functionName) => {
      await poll(() => count(functionName) >= times || undefined)
    },
    async advance(seconds) {
      await settle()
      clock.set(START_MS + seconds * 1000)
      await settle()
    },
  }

  /** What goes through the queue and the disk twice comes out after whatever else was due, and after what it led to. */
  async function settle(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      const before = runs.length
      await enqueue(PROBE)
      await poll(() => runs.slice(before).some(([name]) => name === PROBE) || undefined)
      await store.eventInvokeConfigs.delete(ACCOUNT, PROBE, LATEST)
    }
  }
}

const PROBE = 'probe'
