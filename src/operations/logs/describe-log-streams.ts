import type { logs } from '#model'
import type { LogStream } from '#store'
import { invalidParameter, logGroupNotFound, refuseBadToken } from './errors.ts'
import type { LogsHandler } from './handler.ts'
import { type Location, logGroupArn, logGroupNameOf } from './log-group.ts'

// AWS's largest page, and the default.
const PAGE_LIMIT = 50

export const describeLogStreams: LogsHandler<'DescribeLogStreams'> = async (input, { caller, place, store }) => {
  const location = { ...place, account: caller.account }
  const group = logGroupNameOf(location, input)
  const byTime = input.orderBy === 'LastEventTime'
  if (byTime && input.logStreamNamePrefix !== undefined) {
    throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.')
  }
  const options = {
    orderBy: byTime ? 'lastEventTime' : 'name',
    descending: input.descending,
    prefix: input.logStreamNamePrefix,
    limit: input.limit ?? PAGE_LIMIT,
    after: input.nextToken,
  } as const
  const page = await store.logs.listStreams(group, options).catch(refuseBadToken)
  if (!page) throw logGroupNotFound()
  return { logStreams: page.items.map((stream) => describeStream(location, group, stream)), nextToken: page.next }
}

const describeStream = (location: Location, group: string, stream: LogStream): logs.LogStream => ({
  logStreamName: stream.name,
  creationTime: stream.createdMs,
  firstEventTimestamp: stream.firstEventMs,
  lastEventTimestamp: stream.lastEventMs,
  lastIngestionTime: stream.lastIngestionMs,
  arn: `${logGroupArn(location, group)}:log-stream:${stream.name}`,
  // AWS has not counted the bytes of a stream since 2019.
  storedBytes: 0,
})
