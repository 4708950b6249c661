import type { logs } from '#model'
import type { Store } from '#store'
import { invalidParameter, logGroupNotFound, logStreamNotFound, refuseBadToken } from './errors.ts'
import { compileFilterPattern } from './filter-pattern/filter-pattern.ts'
import type { LogsHandler } from './handler.ts'
import { logGroupNameOf } from './log-group.ts'

// AWS's largest page, and the default; the store also heeds the limit of 1 MiB.
const PAGE_LIMIT = 10_000

export const filterLogEvents: LogsHandler<'FilterLogEvents'> = async (input, { caller, place, store }) => {
  refuseContradictions(input)
  const group = logGroupNameOf({ ...place, account: caller.account }, input)
  const options = {
    streams: input.logStreamNames,
    prefix: input.logStreamNamePrefix,
    startMs: input.startTime,
    // Here AWS includes the last millisecond; GetLogEvents does not.
    endMs: input.endTime === undefined ? undefined : input.endTime + 1,
    matches: compileFilterPattern(input.filterPattern ?? ''),
    limit: input.limit ?? PAGE_LIMIT,
    token: input.nextToken,
  }
  const page = await store.logs.filterEvents(group, options).catch(refuseBadToken)
  if (!page) throw logGroupNotFound()
  await expectStreams(store, group, input.logStreamNames ?? [])
  return {
    events: page.events.map(({ stream, timestampMs, message, ingestionMs, id }) => ({
      logStreamName: stream,
      timestamp: timestampMs,
      message,
      ingestionTime: ingestionMs,
      eventId: id,
    })),
    // AWS stopped filling it in 2020.
    searchedLogStreams: [],
    nextToken: page.nextToken,
  }
}

function refuseContradictions(input: logs.FilterLogEventsRequest): void {
  if (input.logStreamNames !== undefined && input.logStreamNamePrefix !== undefined) {
    throw invalidParameter('LogStream names and LogStream name prefix are mutually exclusive parameters.')
  }
  if (input.startFromHead === false) throw invalidParameter('startFromHead false is not supported by lambent yet.')
}

async function expectStreams({ logs }: Store, group: string, names: readonly string[]): Promise<void> {
  const exists = async (name: string) => {
    const page = await logs.listStreams(group, { limit: 1, prefix: name, orderBy: 'name' })
    return page?.items[0]?.name === name
  }
  const found = await Promise.all(names.map(exists))
  if (found.includes(false)) throw logStreamNotFound()
}
