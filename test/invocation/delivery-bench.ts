import type { TestContext } from 'node:test'
import type { InvocationResult } from '#environment'
import { Deliverer, type InvokeRequest } from '#invocation'
import { type FunctionVersion, LATEST, type QueuedEvent, throttled } from '#resources'
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
  /** Which functions ran, in order, with the seconds since the start. */
  readonly runs: readonly (readonly [functionName: string, seconds: number])[]
  /** By name; to be changed at will. */
  readonly behaviours: Record<string, Behaviour>
  define(functionName: string, behaviour: Behaviour): Promise<void>
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
  const define = async (functionName: string, behaviour: Behaviour) => {
    behaviours[functionName] = behaviour
    await store.functions.create(functionVersion(functionName, { functionId: functionName, version: LATEST }))
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
  closedAfter(t, { close: () => store.close() })
  deliverer.start()
  return {
    store,
    clock,
    deliverer,
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
      clock.set(START_MS + seconds * 1000)
      // What goes through the queue and the disk now comes out after whatever was due.
      for (let round = 0; round < 2; round++) {
        const before = runs.length
        await enqueue(PROBE)
        await poll(() => runs.slice(before).some(([name]) => name === PROBE) || undefined)
        await store.eventInvokeConfigs.delete(ACCOUNT, PROBE, LATEST)
      }
    },
  }
}

const PROBE = 'probe'
