import {
  ApiError,
  iamService,
  lambdaService,
  logsService,
  type Operation,
  type Service,
  stsService,
  unknownOperation,
} from '#model'
import { functionUrlTarget } from './function-url/target.ts'
import { type HttpRequest, type HttpResponse, headerOf } from './http.ts'
import { decodeJsonInput, encodeJsonError, encodeJsonOutput, matchTarget } from './json/json.ts'
import { decodeForm } from './query/decode-form.ts'
import { encodeXmlError, encodeXmlOutput } from './query/encode-xml.ts'
import { bodyLimitBytes } from './rest-json/body-limit.ts'
import { decodeInput } from './rest-json/decode-input.ts'
import { encodeRestError } from './rest-json/encode-error.ts'
import { encodeOutput } from './rest-json/encode-output.ts'
import { matchRoute } from './rest-json/route.ts'
import { parseQuery } from './url.ts'

/** What a request asks for, and how to read and answer it in the protocol that it came in. */
export interface ServiceCall {
  readonly service: Service
  /** The operation, or the error to answer once the caller is known. */
  readonly operation: Operation | ApiError
  decodeInput(): Record<string, unknown>
  encodeOutput(output: Readonly<Record<string, unknown>>, requestId: string): HttpResponse
  encodeError(error: ApiError, requestId: string): HttpResponse
}

// Requests of the neighbouring services are small: policies of at most 128 KiB and some parameters.
const NEIGHBOUR_LIMIT_BYTES = 1_048_576

/** How large a body may be, known before it is read. */
export function bodyLimitOf(head: Pick<HttpRequest, 'method' | 'rawPath' | 'rawQuery' | 'headers'>): {
  readonly bytes: number
  readonly operation: string
} {
  if (functionUrlTarget(head)) return { bytes: bodyLimitBytes('InvokeFunctionUrl'), operation: 'InvokeFunctionUrl' }
  if (head.rawPath === '/') return { bytes: NEIGHBOUR_LIMIT_BYTES, operation: 'requested' }
  const operation = matchRoute(head.method, head.rawPath, head.rawQuery)?.operation.name ?? 'requested'
  return { bytes: bodyLimitBytes(operation), operation }
}

/** Lambda speaks REST-JSON on its paths; IAM and STS (Query) and CloudWatch Logs (JSON 1.1) share `POST /`. */
export function matchCall(request: HttpRequest): ServiceCall {
  if (request.rawPath !== '/' || request.method !== 'POST') return restCall(request)
  const target = headerOf(request, 'x-amz-target')
  return target === undefined ? queryCall(request) : jsonCall(request, target)
}

function restCall(request: HttpRequest): ServiceCall {
  const route = matchRoute(request.method, request.rawPath, request.rawQuery)
  return {
    service: lambdaService,
    operation: route?.operation ?? unknownOperation(),
    decodeInput: () => (route ? decodeInput(route, request) : {}),
    encodeOutput: (output) => (route ? encodeOutput(route.operation, output) : { status: 500, headers: {} }),
    encodeError: encodeRestError,
  }
}

function jsonCall(request: HttpRequest, target: string): ServiceCall {
  const operation = matchTarget(logsService, target)
  return {
    service: logsService,
    operation: operation ?? unknownOperation(),
    decodeInput: () => (operation ? decodeJsonInput(logsService, operation, request) : {}),
    encodeOutput: (output) =>
      operation ? encodeJsonOutput(logsService, operation, output) : { status: 500, headers: {} },
    encodeError: encodeJsonError,
  }
}

function queryCall(request: HttpRequest): ServiceCall {
  const form = parseQuery(request.body.toString('utf8'))
  const [action = '', version = ''] = [form.get('Action')?.[0], form.get('Version')?.[0]]
  const service = version === stsService.apiVersion ? stsService : iamService
  const operation = Object.hasOwn(service.operations, action) ? service.operations[action] : undefined
  const unknown = new ApiError('InvalidAction', 400, {
    message: `Could not find operation ${action} for version ${version}`,
  })
  return {
    service,
    operation: operation ?? unknown,
    decodeInput: () => (operation ? decodeForm(service, operation, form) : {}),
    encodeOutput: (output, requestId) =>
      operation ? encodeXmlOutput(service, operation, output, requestId) : { status: 500, headers: {} },
    encodeError: (error, requestId) => encodeXmlError(service, error, requestId),
  }
}
