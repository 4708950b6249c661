import type { Session } from '#auth'
import type { sts } from '#model'

export const describeCredentials = (session: Session & { readonly sessionToken: string }): sts.Credentials => ({
  AccessKeyId: session.accessKeyId,
  SecretAccessKey: session.secretAccessKey,
  SessionToken: session.sessionToken,
  Expiration: session.expiresAtMs / 1000,
})
