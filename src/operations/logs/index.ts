import type { LogsOperations } from '#model'
import { describeLogGroups } from './describe-log-groups.ts'
import { describeLogStreams } from './describe-log-streams.ts'
import { filterLogEvents } from './filter-log-events.ts'
import { getLogEvents } from './get-log-events.ts'
import type { LogsHandler } from './handler.ts'

export { logsAuthorization } from './authorization.ts'

type Handlers = { readonly [Name in keyof LogsOperations]: LogsHandler<Name> }

/** Every operation that is generated: leaving one out does not compile. */
export const logsHandlers: Handlers = {
  DescribeLogGroups: describeLogGroups,
  DescribeLogStreams: describeLogStreams,
  GetLogEvents: getLogEvents,
  FilterLogEvents: filterLogEvents,
}
