import type { RawAnswer } from './raw.ts'

/** What a client was told when it was refused. */
export interface Refusal {
  readonly code: string
  readonly status: number
  readonly message: string
}

/** The refusal that an SDK reports. Throws when the call succeeds. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    () => new Error('the call was not refused'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof Error)) throw new TypeError(`${error} is no error`)
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } }
  if ($metadata?.httpStatusCode === undefined) throw error
  return { code: error.name, status: $metadata.httpStatusCode, message: error.message }
}

/** The refusal in a raw answer; the code is only in the header. */
export const refusalIn = ({ status, headers, body }: RawAnswer): Refusal => ({
  code: String(headers['x-amzn-errortype']),
  status,
  message: String(body.message ?? body.Message),
})

export const validation = (...failures: readonly string[]): Refusal => ({
  code: 'ValidationException',
  status: 400,
  message: `${failures.length} validation error${failures.length === 1 ? '' : 's'} detected: ${failures.join('; ')}`,
})

export const invalid = (message: string): Refusal => ({ code: 'InvalidParameterValueException', status: 400, message })
export const notFound = (message: string): Refusal => ({ code: 'ResourceNotFoundException', status: 404, message })
export const conflict = (message: string): Refusal => ({ code: 'ResourceConflictException', status: 409, message })
export const revisionMismatch = (call = 'GetFunction/GetAlias'): Refusal => ({
  code: 'PreconditionFailedException',
  status: 412,
  message: `The Revision Id provided does not match the latest Revision Id. Call the ${call} API to retrieve the latest Revision Id`,
})
export const throttled: Refusal = { code: 'TooManyRequestsException', status: 429, message: 'Rate Exceeded.' }
export const denied = (message: string): Refusal => ({ code: 'AccessDeniedException', status: 403, message })
export const tooLarge = (message: string): Refusal => ({
  code: 'RequestEntityTooLargeException',
  status: 413,
  message,
})

/** `Value 'x' at 'member' failed to satisfy constraint: Member must <rule>` */
export const breaks = (member: string, value: string, rule: string): string =>
  violates(member, value, `Member must ${rule}`)

/** The same for a constraint of another subject, such as `Map keys must ...`. */
export const violates = (member: string, value: string, constraint: string): string =>
  `Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`
