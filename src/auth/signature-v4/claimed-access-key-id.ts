import { headerOf, type SignedRequest } from './signed-request.ts'

// Longer than any id; what else stands there is not repeated.
const CREDENTIAL = /Credential=(\w{1,128})(?:\/|%2F)/i

/** Under whose name a request comes that proves nothing; undefined when it names nobody in a form that could be right. */
export const claimedAccessKeyId = (request: Pick<SignedRequest, 'headers' | 'rawQuery'>): string | undefined =>
  CREDENTIAL.exec(headerOf(request, 'authorization') ?? request.rawQuery)?.[1]
