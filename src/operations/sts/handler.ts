import type { StsOperations } from '#model'
import type { RequestContext } from '../context.ts'

/** What STS's operations need of a request. */
export type StsContext = Pick<
  RequestContext,
  'caller' | 'clock' | 'decide' | 'isEnforced' | 'place' | 'sessions' | 'store'
>

export type StsHandler<Name extends keyof StsOperations> = (
  input: StsOperations[Name]['input'],
  context: StsContext,
) => StsOperations[Name]['output'] | Promise<StsOperations[Name]['output']>
