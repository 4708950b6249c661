import type { HttpResponse } from '#protocol'

/** 503 while the server drains: the SDKs take it for a reason to try again, elsewhere or later. */
export async function refuseRequest(): Promise<HttpResponse> {
  return {
    status: 503,
    headers: {
      'Content-Type': 'application/json',
      'x-amzn-ErrorType': 'ServiceUnavailableException',
      Connection: 'close',
    },
    body: JSON.stringify({ message: 'The server is shutting down.' }),
  }
}
