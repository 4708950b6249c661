import { parseJsonBytes } from '#base'
import { ApiError, type Operation, type Service } from '#model'
import { decodeJson } from '../decode-value.ts'
import { encodeJson } from '../encode-value.ts'
import type { HttpRequest, HttpResponse } from '../http.ts'
import { validateInput } from '../validate.ts'

const CONTENT_TYPE = 'application/x-amz-json-1.1'

/** AWS JSON 1.1: the operation is in `X-Amz-Target`, input and output are the bodies. */
export function matchTarget(service: Service, target: string): Operation | undefined {
  const [prefix, name = ''] = target.split('.')
  return prefix === service.targetPrefix && Object.hasOwn(service.operations, name)
    ? service.operations[name]
    : undefined
}

export function decodeJsonInput(service: Service, operation: Operation, request: HttpRequest): Record<string, unknown> {
  const parsed = request.body.length === 0 ? { value: {} } : parseJsonBytes(request.body)
  if ('problem' in parsed) throw new ApiError('SerializationException', 400, { message: parsed.problem })
  if (!operation.input) return {}
  const input = decodeJson(service, operation.input, parsed.value) as Record<string, unknown>
  validateInput(
    service,
    operation.input,
    input,
    (message) => new ApiError('InvalidParameterException', 400, { message }),
  )
  return input
}

export function encodeJsonOutput(
  service: Service,
  operation: Operation,
  output: Readonly<Record<string, unknown>>,
): HttpResponse {
  const body = operation.output ? encodeJson(service, operation.output, output) : {}
  return { status: 200, headers: { 'Content-Type': CONTENT_TYPE }, body: JSON.stringify(body) }
}

/** The services of this protocol answer 400 to everything that is the caller's fault. */
export function encodeJsonError(error: ApiError): HttpResponse {
  const message = error.body.message ?? error.body.Message
  return {
    status: error.status >= 500 ? error.status : 400,
    headers: { 'Content-Type': CONTENT_TYPE, 'x-amzn-ErrorType': error.code },
    body: JSON.stringify({ __type: error.code, message: message ?? undefined }),
  }
}
