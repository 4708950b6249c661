import type { LogsOperations } from '#model'
import type { RequestContext } from '../context.ts'

/** What the operations on logs need of a request. */
export type LogsContext = Pick<RequestContext, 'caller' | 'place' | 'store'>

export type LogsHandler<Name extends keyof LogsOperations> = (
  input: LogsOperations[Name]['input'],
  context: LogsContext,
) => Promise<LogsOperations[Name]['output']>
