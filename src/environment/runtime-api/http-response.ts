/** What a process is told instead of getting its way. */
export interface Refusal {
  readonly status: keyof typeof REASONS
  readonly errorType: string
  readonly errorMessage: string
}

/** `headers` are whole lines. */
export const httpResponse = (status: string, contentType: string, body: string, headers = '') =>
  `HTTP/1.1 ${status}\r\nContent-Type: ${contentType}\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

export const ACCEPTED = httpResponse('202 Accepted', 'application/json', '{"status":"OK"}')

export const refusalOf = ({ status, errorType, errorMessage }: Refusal) =>
  httpResponse(REASONS[status], 'application/json', JSON.stringify({ errorMessage, errorType }))

const REASONS = {
  400: '400 Bad Request',
  403: '403 Forbidden',
  413: '413 Request Entity Too Large',
}

/** In the words of AWS, for a runtime as for an extension. */
export const stateError = (from: string, to: string, whose: string): string =>
  `State transition from ${from} to ${to} failed for ${whose}. Error: State transition is not allowed`
