import type { Caller } from '#auth'
import { authenticationError } from '#model'

/** AWS lets the keys that GetSessionToken gives call everything but IAM, as long as no second factor was shown. */
export function refuseSessionKeys({ kind, session }: Caller): void {
  if (kind !== 'role-session' && session)
    throw authenticationError('UnrecognizedClientException', 'The security token included in the request is invalid.')
}
