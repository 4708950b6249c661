import type { StsOperations } from '#model'
import { assumeRole } from './assume-role.ts'
import { getAccessKeyInfo } from './get-access-key-info.ts'
import { getCallerIdentity } from './get-caller-identity.ts'
import { getSessionToken } from './get-session-token.ts'

type Complete = { readonly [Name in keyof StsOperations]: unknown }

export const stsHandlers = {
  AssumeRole: assumeRole,
  GetAccessKeyInfo: getAccessKeyInfo,
  GetCallerIdentity: getCallerIdentity,
  GetSessionToken: getSessionToken,
} satisfies Complete

export const stsAuthorization = {
  /** The trust policy of the role has a say, so the operation asks. */
  AssumeRole: () => undefined,
  GetAccessKeyInfo: () => ({ action: 'sts:GetAccessKeyInfo', resource: '*' }),
  /** Everybody may ask who they are, even somebody to whom a policy denies it. */
  GetCallerIdentity: () => undefined,
  /** AWS has no permission for it. */
  GetSessionToken: () => undefined,
} satisfies Complete
