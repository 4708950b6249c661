import { resolveVersion, traceHeaderFor } from '#invocation'
import { ApiError } from '#model'
import { functionArn, invokedFunctionNotFound } from '#resources'
import { InvalidCursor, type ListedFailedEvent, type StoredFailedEvent } from '#store'
import type { Running } from '../running.ts'
import type { AdminRequest } from './admin-request.ts'

const PAGE_LIMIT = 50

/** The state of the queue, and the events that failed and were handed over to nobody. Undefined for any other question. */
export async function answerAboutEvents(request: AdminRequest, running: Running): Promise<object | undefined> {
  const [noun, id, verb] = request.path
  if (noun === 'queue' && request.path.length === 1 && request.method === 'GET') return queueState(request, running)
  if (noun !== 'events' || request.path.length > 3) return undefined
  switch (`${request.method} ${id === undefined ? 'all' : 'one'} ${verb ?? ''}`.trim()) {
    case 'GET all':
      return list(request, running)
    case 'DELETE all':
      return { Purged: await running.services.store.failedEvents.purge(request.account, expectMeant(request)) }
    case 'POST all':
      return replaySome(request, running)
    case 'GET one':
      return show(request, running)
    case 'POST one replay':
      return { Replayed: await replay(await find(request, running), running) }
    default:
      return undefined
  }
}

async function queueState({ account }: AdminRequest, { services: { store }, deliveries, clock }: Running) {
  const oldestMs = await store.events.oldestMs(account)
  return {
    Events: await store.events.count(account),
    OldestAgeSeconds: oldestMs === undefined ? 0 : Math.max(0, Math.round((clock.now() - oldestMs) / 1000)),
    Outbox: store.outbox.count(account),
    FailedEvents: store.failedEvents.count(account),
    SinceStart: deliveries.counts(account),
  }
}

function functionIn({ query }: AdminRequest): string | undefined {
  const name = query.get('function') ?? undefined
  if (name === '') throw new ApiError('InvalidParameterValueException', 400, { message: 'The function has no name.' })
  return name
}

/** The function whose events are meant, or undefined for all of them: which nobody says by saying nothing. */
function expectMeant(request: AdminRequest): string | undefined {
  const name = functionIn(request)
  if ((name === undefined) === (request.query.get('all') === 'true')) return name
  throw new ApiError('InvalidParameterValueException', 400, { message: 'Say either function=NAME or all=true.' })
}

async function list(request: AdminRequest, running: Running) {
  const page = await pageOf(request, functionIn(request), running)
  return { Events: page.items.map((failed) => describe(failed, running)), Next: page.next }
}

async function pageOf(
  { account, query }: AdminRequest,
  functionName: string | undefined,
  { services: { store } }: Running,
) {
  try {
    const after = query.get('after') ?? undefined
    return await store.failedEvents.list(account, { limit: PAGE_LIMIT, after, functionName })
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

function describe({ id, event, end, undeliveredTo }: ListedFailedEvent, { place }: Running) {
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

/**
 * A page of them, from the newest to the oldest: what fails again comes after those that are still to be looked at. One
 * after the other, because payload and answer of one may have 7 MB. Those that cannot run any more are skipped.
 */
async function replaySome(request: AdminRequest, running: Running) {
  const { items, next } = await pageOf(request, expectMeant(request), running)
  let [replayed, skipped] = [0, 0]
  for (const { id } of items) {
    const failed = await running.services.store.failedEvents.find(request.account, id)
    try {
      if (failed) replayed += await replay(failed, running)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      skipped++
    }
  }
  return { Replayed: replayed, Skipped: skipped, Next: next }
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
