import { ApiError, authenticationError } from '#model'

// AWS's sentences, word for word, with the spaces that end some of them: several may be joined in one message.

const incomplete = (message: string) => authenticationError('IncompleteSignatureException', message)
const invalid = (message: string) => authenticationError('InvalidSignatureException', message)

export const missingAuthenticationToken = () =>
  authenticationError('MissingAuthenticationTokenException', 'Missing Authentication Token')

export const incompleteHeader = (missing: readonly string[], hasDate: boolean, header: string) =>
  incomplete(
    missing.map((name) => `Authorization header requires '${name}' parameter. `).join('') +
      (hasDate ? '' : "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ") +
      `Authorization=${header}`,
  )

export const incompleteQuery = (missing: readonly string[]) =>
  incomplete(
    missing.map((name) => `AWS query-string parameters must include '${name}'. `).join('') +
      'Re-examine the query-string parameters.',
  )

export const unsupportedAlgorithm = (algorithm: string) => incomplete(`Unsupported AWS 'algorithm': '${algorithm}'.`)

export const invalidExpires = (maximumSeconds: number) =>
  incomplete(`X-Amz-Expires must be a number of seconds between 1 and ${maximumSeconds}.`)

export const malformedCredential = (credential: string) =>
  incomplete(
    `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
  )

export const malformedDate = (date: string) =>
  incomplete(`Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`)

export const hostNotSigned = () => invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")

export const wrongScope = (sentences: readonly string[]) => invalid(sentences.join(''))

/** Unknown and inactive keys, and session tokens that do not belong to the key. */
export const invalidSecurityToken = () =>
  authenticationError('UnrecognizedClientException', 'The security token included in the request is invalid.')

export const expiredSecurityToken = () =>
  authenticationError('ExpiredTokenException', 'The security token included in the request is expired')

export const signatureExpired = (date: string, earliest: string, now: string, window: string) =>
  invalid(`Signature expired: ${date} is now earlier than ${earliest} (${now} - ${window}.)`)

export const signatureNotYetCurrent = (date: string, latest: string, now: string, window: string) =>
  invalid(`Signature not yet current: ${date} is still later than ${latest} (${now} + ${window}.)`)

export const signatureMismatch = () =>
  invalid(
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  )

export const payloadHashMismatch = () =>
  new ApiError('XAmzContentSHA256Mismatch', 400, {
    message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
  })
