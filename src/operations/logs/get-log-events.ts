import { refuseBadToken } from './errors.ts'
import { EVENTS_LIMIT, readWithinLimit } from './events-page.ts'
import type { LogsHandler } from './handler.ts'
import { logGroupNameOf, notFoundIn } from './log-group.ts'

export const getLogEvents: LogsHandler<'GetLogEvents'> = async (input, { caller, place, store }) => {
  const group = logGroupNameOf({ ...place, account: caller.account }, input)
  const { startTime: startMs, endTime: endMs, nextToken: token, startFromHead: fromHead = false } = input
  const read = (limit: number) =>
    store.logs.readEvents(group, input.logStreamName, { limit, fromHead, startMs, endMs, token })
  const isForward = token === undefined ? fromHead : token.startsWith('f/')
  const page = await readWithinLimit(read, input.limit ?? EVENTS_LIMIT, !isForward).catch(refuseBadToken)
  if (!page) throw await notFoundIn(store, group)
  return {
    events: page.events.map(({ timestampMs, message, ingestionMs }) => ({
      timestamp: timestampMs,
      message,
      ingestionTime: ingestionMs,
    })),
    nextForwardToken: page.nextForwardToken,
    nextBackwardToken: page.nextBackwardToken,
  }
}
