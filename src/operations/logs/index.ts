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
  DescribeLogGroups: inAccount(describeLogGroups),
  DescribeLogStreams: inAccount(describeLogStreams),
  GetLogEvents: inAccount(getLogEvents),
  FilterLogEvents: inAccount(filterLogEvents),
}

/** The operation with the logs of the caller's account. */
function inAccount<Name extends keyof LogsOperations>(handler: LogsHandler<Name>): LogsHandler<Name> {
  return (input, context) => {
    const { store, caller } = context
    return handler(input, { ...context, store: { ...store, logs: store.logsOf(caller.account) } })
  }
}
