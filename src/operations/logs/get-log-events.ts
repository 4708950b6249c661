import { refuseBadToken } from './errors.ts'
import type { LogsHandler } from './handler.ts'
import { logGroupNameOf, notFoundIn } from './log-group.ts'

// AWS's largest page, and the default; the store also heeds the limit of 1 MiB.
const PAGE_LIMIT = 10_000

export const getLogEvents: LogsHandler<'GetLogEvents'> = async (input, { caller, place, store }) => {
  const group = logGroupNameOf({ ...place, account: caller.account }, input)
  const options = {
    startMs: input.startTime,
    endMs: input.endTime,
    fromHead: input.startFromHead,
    limit: input.limit ?? PAGE_LIMIT,
    token: input.nextToken,
  }
  const page = await store.logs.readEvents(group, input.logStreamName, options).catch(refuseBadToken)
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
