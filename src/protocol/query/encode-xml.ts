import { type ApiError, type Operation, type Service, shapeNamed } from '#model'
import type { HttpResponse } from '../http.ts'

/** `<CreateUserResponse><CreateUserResult>...</CreateUserResult><ResponseMetadata>...` */
export function encodeXmlOutput(
  service: Service,
  operation: Operation,
  output: Readonly<Record<string, unknown>>,
  requestId: string,
): HttpResponse {
  const result = operation.output
    ? element(`${operation.name}Result`, encodeXml(service, operation.output, output))
    : ''
  const metadata = element('ResponseMetadata', element('RequestId', requestId))
  return {
    status: 200,
    headers: { 'Content-Type': 'text/xml' },
    body: document(`${operation.name}Response`, service.xmlNamespace ?? '', result + metadata),
  }
}

// The front end of the query services has older names for the errors that all services share.
const queryCodes: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  InvalidSignatureException: 'SignatureDoesNotMatch',
  UnrecognizedClientException: 'InvalidClientTokenId',
  MissingAuthenticationTokenException: 'MissingAuthenticationToken',
  IncompleteSignatureException: 'IncompleteSignature',
  ExpiredTokenException: 'ExpiredToken',
  ValidationException: 'ValidationError',
  UnknownOperationException: 'InvalidAction',
  ServiceException: 'InternalFailure',
}

export function encodeXmlError(service: Service, error: ApiError, requestId: string): HttpResponse {
  const message = error.body.message ?? error.body.Message
  const fault =
    element('Type', error.status >= 500 ? 'Receiver' : 'Sender') + element('Code', queryCodes[error.code] ?? error.code)
  const text = typeof message === 'string' ? element('Message', escapeXml(message)) : ''
  const body = document(
    'ErrorResponse',
    service.xmlNamespace ?? '',
    element('Error', fault + text) + element('RequestId', requestId),
  )
  return { status: error.status, headers: { 'Content-Type': 'text/xml' }, body }
}

function encodeXml(service: Service, shapeName: string, value: unknown): string {
  const shape = shapeNamed(service, shapeName)
  switch (shape.type) {
    case 'structure':
      return Object.entries(shape.members)
        .map(([name, member]) => {
          const found = (value as Readonly<Record<string, unknown>>)[name]
          return found === undefined || found === null
            ? ''
            : element(member.wireName ?? name, encodeXml(service, member.shape, found))
        })
        .join('')
    case 'list':
      return (value as readonly unknown[])
        .map((item) => element('member', encodeXml(service, shape.member, item)))
        .join('')
    case 'map':
      return Object.entries(value as Readonly<Record<string, unknown>>)
        .map(([key, item]) =>
          element('entry', element('key', escapeXml(key)) + element('value', encodeXml(service, shape.value, item))),
        )
        .join('')
    case 'timestamp':
      return new Date((value as number) * 1000).toISOString().replace(/\.\d{3}Z$/, 'Z')
    case 'blob':
      return (value as Buffer).toString('base64')
    default:
      return escapeXml(String(value))
  }
}

const document = (name: string, namespace: string, content: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="${namespace}">${content}</${name}>`
const element = (name: string, content: string) => `<${name}>${content}</${name}>`
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
}
const escapeXml = (text: string) => text.replace(/[&<>"\r]/g, (character) => escapes[character] ?? character)
