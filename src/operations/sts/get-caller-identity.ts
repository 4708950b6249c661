import type { StsOperations } from '#model'
import type { RequestContext } from '../context.ts'

type GetCallerIdentity = StsOperations['GetCallerIdentity']

export const getCallerIdentity = (
  _input: GetCallerIdentity['input'],
  { caller }: Pick<RequestContext, 'caller'>,
): GetCallerIdentity['output'] => ({ UserId: caller.userId, Account: caller.account, Arn: caller.arn })
