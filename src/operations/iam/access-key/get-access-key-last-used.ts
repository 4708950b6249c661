import { principalArn } from '#resources'
import { seconds } from '../describe.ts'
import { accessKeyNotFound } from '../errors.ts'
import type { IamHandler } from '../handler.ts'

const NEVER = { ServiceName: 'N/A', Region: 'N/A' }

export const getAccessKeyLastUsed: IamHandler<'GetAccessKeyLastUsed'> = async (input, context) => {
  const { authorize, caller, place, store } = context
  const { accessKeys, lastUses, users } = store.identities
  const key = accessKeys.peek(input.AccessKeyId)
  const user = key?.account === caller.account ? await users.findById(key.userId) : undefined
  const named = user ?? { account: caller.account, path: '/', name: '*' }
  authorize('iam:GetAccessKeyLastUsed', principalArn(place.partition, 'user', named))
  if (!user) throw accessKeyNotFound(input.AccessKeyId)
  const use = await lastUses.find(input.AccessKeyId)
  return {
    UserName: user.name,
    AccessKeyLastUsed: use
      ? { LastUsedDate: seconds(use.usedMs), ServiceName: use.service, Region: use.region }
      : NEVER,
  }
}
