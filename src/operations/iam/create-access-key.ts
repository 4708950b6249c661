import type { AccessKey } from '#resources'
import { describeAccessKey } from './describe.ts'
import { quotaExceeded, userNotFound } from './errors.ts'
import { findUser, userNameOf } from './find-user.ts'
import type { IamHandler } from './handler.ts'
import { newAccessKeyId, newSecret } from './new-id.ts'

// AWS's quota: the key in use, and the one that shall replace it.
const KEYS_PER_USER = 2

export const createAccessKey: IamHandler<'CreateAccessKey'> = async (input, context) => {
  const { caller, clock, store } = context
  const user = await findUser(context, 'iam:CreateAccessKey', userNameOf(caller, input))
  const key: AccessKey = {
    id: newAccessKeyId(),
    account: user.account,
    secret: newSecret(),
    userName: user.name,
    status: 'Active',
    createdMs: clock.now(),
  }
  const outcome = await store.identities.createAccessKey(key, KEYS_PER_USER)
  if (outcome === 'not-found') throw userNotFound(user.name)
  if (outcome === 'limit-exceeded') throw quotaExceeded('AccessKeysPerUser', KEYS_PER_USER)
  return {
    AccessKey: {
      ...describeAccessKey(key),
      UserName: key.userName,
      AccessKeyId: key.id,
      Status: key.status,
      SecretAccessKey: key.secret,
    },
  }
}
