import type { Log } from '#base'
import { ApiError, ServiceException } from '#model'

/** What is not meant for the caller is a bug: the caller gets a 500, the log gets the cause. */
export function asApiError(
  error: unknown,
  of: { readonly requestId: string; readonly operation?: string | undefined },
  log: Log,
): ApiError {
  if (error instanceof ApiError) return error
  log.error('a request failed', { ...of, cause: error })
  return new ServiceException({ Type: 'Service', Message: 'An internal error occurred. Please retry the request.' })
}
