import { accountInAccessKeyId } from '#auth'
import { validationException } from '#model'
import type { StsHandler } from './handler.ts'

/** Ids tell their account, whether or not the key exists. */
export const getAccessKeyInfo: StsHandler<'GetAccessKeyInfo'> = ({ AccessKeyId }, { caller }) => {
  const account = AccessKeyId === caller.accessKeyId ? caller.account : accountInAccessKeyId(AccessKeyId)
  if (account === undefined) throw validationException(`Invalid access key: ${AccessKeyId}`)
  return { Account: account }
}
