/** Members of an error body, in the order they are written. Members that are undefined are left out. */
export type ErrorBody = Readonly<Record<string, unknown>>

/**
 * An error that the caller is told about. The client reads `code`, `status` and `body`; `cause` is for operators only.
 * Thrown where the rule lives; the exception classes of the service model extend it.
 */
export class ApiError extends Error {
  readonly code: string
  readonly status: number
  readonly body: ErrorBody

  constructor(code: string, status: number, body: ErrorBody, cause?: unknown) {
    const text = body.message ?? body.Message
    super(typeof text === 'string' ? text : code, cause === undefined ? undefined : { cause })
    this.name = code
    this.code = code
    this.status = status
    this.body = body
  }
}
