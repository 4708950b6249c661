import type { ApiError } from '#model'
import type { HttpResponse } from '../http.ts'

/** Status, `x-amzn-ErrorType` and the modelled members; the body never holds the code. */
export function encodeRestError(error: ApiError): HttpResponse {
  return {
    status: error.status,
    headers: { 'Content-Type': 'application/json', 'x-amzn-ErrorType': error.code },
    body: JSON.stringify(error.body),
  }
}
