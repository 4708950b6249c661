import { resolveVersion, traceHeaderFor } from '#invocation'
import { ApiError } from '#model'
import { functionArn, invokedFunctionNotFound } from '#resources'
import { InvalidCursor, type StoredFailedEvent } from '#store'
import type { Running } from '../running.ts'

export interface AdminRequest {
  readonly method: string
  readonly path: readonly string[]
  readonly query: URLSearchParams
  /** Whose events; nobody else's are told of. */
  readonly account: string
}

const PAGE_LIMIT = 50

/** The state of the queue, and the events that failed and were handed over to nobody. Undefined for any other question. */
export async function answerAboutEvents(request: AdminRequest, running: Running): Promise<object | undefined> {
  const [noun, id, verb] = request.path
  if (noun === 'queue' && request.path.length === 1) return queueState(running)
  if (noun !== 'events' || request.path.length > 3) return undefined
  switch (`${request.method} ${id === undefined ? 'all' : 'one'} ${verb ?? ''}`.trim()) {
    case 'GET all':
      return list(request, running)
    case 'DELETE all':
      return { Purged: await running.services.store.failedEvents.purge(request.account, functionIn(request)) }
    case 'POST all':
      return replayAll(request, running)
    case 'GET one':
      return show(request, running)
    case 'POST one replay':
      return { Replayed: await replay(await find(request, running), running) }
    default:
      return undefined
  }
}

async function queueState({ services: { store }, deliveries, clock }: Running) {
  const oldestMs = await store.events.oldestMs()
  return {
    Events: await store.events.count(),
    OldestAgeSeconds: oldestMs === undefined ? 0 : Math.max(0, Math.round((clock.now() - oldestMs) / 1000)),
    Outbox: store.outbox.count(),
    FailedEvents: store.failedEvents.count(),
    SinceStart: deliveries.counts(),
  }
}

const functionIn = ({ query }: AdminRequest) => query.get('function') ?? undefined

async function list(request: AdminRequest, running: Running) {
  const page = await pageOf(request, running, request.query.get('after') ?? undefined)
  return { Events: page.items.map((failed) => describe(failed, running)), Next: page.next }
}

async function pageOf(request: AdminRequest, { services: { store } }: Running, after: string | undefined) {
  try {
    const options = { limit: PAGE_LIMIT, after, functionName: functionIn(request) }
    return await store.failedEvents.list(request.account, options)
  } catch (error) {
    throw error instanceof InvalidCursor
      ? new ApiError('InvalidParameterValueException', 400, { message: 'The page does not exist.' })
      : error
  }
}

async function find({ path, account }: AdminRequest, { services: { store } }: Running): Promise<StoredFailedEvent> {
  const id = Number(path[1])
  const failed = Number.isSafeInteger(id) ? await store.failedEvents.find(account, id) : undefined
  if (!failed) throw new ApiError('ResourceNotFoundException', 404, { Message: `There is no failed event ${path[1]}.` })
  return failed
}

async function show(request: AdminRequest, running: Running) {
  const failed = await find(request, running)
  return {
    ...describe(failed, running),
    Payload: failed.event.payload.toString(),
    Response: failed.end.answer?.payload.toString(),
  }
}

function describe({ id, event, end, undeliveredTo }: StoredFailedEvent, { place }: Running) {
  return {
    Id: id,
    FunctionArn: functionArn(place, event),
    RequestId: event.requestId,
    Condition: end.condition,
    Attempts: end.attempts,
    AcceptedAt: new Date(event.acceptedMs).toISOString(),
    FailedAt: new Date(end.endedMs).toISOString(),
    UndeliveredTo: undeliveredTo,
  }
}

/** From the newest to the oldest: what fails again comes after those that are still to be looked at. */
async function replayAll(request: AdminRequest, running: Running) {
  let replayed = 0
  for (let after: string | undefined; ; ) {
    const { items, next } = await pageOf(request, running, after)
    for (const failed of items) replayed += await replay(failed, running).catch(() => 0)
    if (next === undefined) return { Replayed: replayed }
    after = next
  }
}

/** The event as if it had just been accepted, under its old request id; 1 if it is in the queue now. */
async function replay(failed: StoredFailedEvent, { services: { store }, place, clock }: Running): Promise<number> {
  const nowMs = clock.now()
  const { event } = failed
  if (!(await resolveVersion(store, event))) throw invokedFunctionNotFound(place, event)
  const traceHeader = traceHeaderFor(undefined, nowMs, event)
  const again = { ...event, traceHeader, acceptedMs: nowMs, dueMs: nowMs, attempts: 0 }
  return (await store.eventMoves.replay(failed, again)) ? 1 : 0
}
