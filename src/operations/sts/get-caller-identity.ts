import type { StsOperations } from '#model'
import type { StsContext } from './handler.ts'

type GetCallerIdentity = StsOperations['GetCallerIdentity']

export const getCallerIdentity = (
  _input: GetCallerIdentity['input'],
  { caller }: Pick<StsContext, 'caller'>,
): GetCallerIdentity['output'] => ({ UserId: caller.userId, Account: caller.account, Arn: caller.arn })
