import { newAccessKeyId, newSecret } from '#auth'
import type { AccessKey } from '#resources'
import { describeAccessKey } from '../describe.ts'
import { principalNotFound, quotaExceeded } from '../errors.ts'
import { findUser, userNameOf } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'

// AWS's quota: the key in use, and the one that shall replace it.
const KEYS_PER_USER = 2

export const createAccessKey: IamHandler<'CreateAccessKey'> = async (input, context) => {
  const { caller, clock, store } = context
  const user = await findUser(context, 'iam:CreateAccessKey', userNameOf(caller, input))
  const key: AccessKey = {
    id: newAccessKeyId('AKIA', user.account),
    account: user.account,
    secret: newSecret(),
    userId: user.id,
    status: 'Active',
    createdMs: clock.now(),
  }
  const outcome = await store.identities.accessKeys.create(key, KEYS_PER_USER)
  if (outcome === 'not-found') throw principalNotFound('user', user.name)
  if (outcome === 'limit-exceeded') throw quotaExceeded('AccessKeysPerUser', KEYS_PER_USER)
  return {
    AccessKey: {
      ...describeAccessKey(user.name, key),
      UserName: user.name,
      AccessKeyId: key.id,
      Status: key.status,
      SecretAccessKey: key.secret,
    },
  }
}
