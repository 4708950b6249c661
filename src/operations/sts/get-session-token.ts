import type { SessionFacts } from '#auth'
import { describeCredentials } from './describe-credentials.ts'
import { noSuchDevice, sessionCannotGetSession } from './errors.ts'
import type { StsHandler } from './handler.ts'

const DEFAULT_SECONDS = 43_200
// AWS gives the root user an hour, whatever it asks for.
const ROOT_SECONDS = 3600

export const getSessionToken: StsHandler<'GetSessionToken'> = (input, { caller, sessions }) => {
  if (caller.kind === 'role-session' || caller.session) throw sessionCannotGetSession()
  if (input.SerialNumber !== undefined || input.TokenCode !== undefined) throw noSuchDevice()
  const wanted = input.DurationSeconds ?? DEFAULT_SECONDS
  const isRoot = caller.kind === 'root'
  const actor: SessionFacts['actor'] = isRoot ? { kind: 'root' } : { kind: 'user', userId: caller.userId }
  const seconds = isRoot ? Math.min(wanted, ROOT_SECONDS) : wanted
  return { Credentials: describeCredentials(sessions.issue({ account: caller.account, actor }, seconds * 1000)) }
}
