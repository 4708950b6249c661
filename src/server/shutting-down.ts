import { ApiError } from '#model'

/** 503 while the server drains: the SDKs take it for a reason to try again, elsewhere or later. */
export const shuttingDown = (): ApiError =>
  new ApiError('ServiceUnavailableException', 503, { message: 'The server is shutting down.' })
