import { parseJsonBytes } from '#base'
import {
  InvalidRequestContentException,
  lambdaService,
  type Operation,
  type StructureShape,
  shapeNamed,
  structureNamed,
} from '#model'
import { decodeJson, decodeText } from '../decode-value.ts'
import { type HttpRequest, headerOf } from '../http.ts'
import { parseQuery } from '../url.ts'
import { validateInput } from '../validate.ts'
import type { Route } from './route.ts'

/** Labels, query, headers and body to the operation's input; constraints of the model are checked. */
export function decodeInput({ operation, labels }: Route, request: HttpRequest): Record<string, unknown> {
  if (!operation.input) return {}
  const shape = structureNamed(lambdaService, operation.input)
  const input = { ...decodeBody(operation, shape, request.body), ...decodeParameters(shape, labels, request) }
  validateInput(lambdaService, operation.input, input)
  return input
}

function decodeParameters(
  shape: StructureShape,
  labels: Readonly<Record<string, string>>,
  request: HttpRequest,
): Record<string, unknown> {
  const decoded: Record<string, unknown> = {}
  let query: Map<string, string[]> | undefined
  for (const name in shape.members) {
    const member = shape.members[name]
    if (member?.location === undefined) continue
    const wireName = member.wireName ?? name
    if (member.location === 'querystring') {
      if (request.rawQuery === '') continue
      query ??= parseQuery(request.rawQuery)
      const values = query.get(wireName)
      if (values) decoded[name] = decodeQueryValues(member.shape, values)
      continue
    }
    const text = member.location === 'uri' ? labels[wireName] : headerOf(request, wireName.toLowerCase())
    if (text !== undefined) decoded[name] = decodeText(lambdaService, member.shape, text)
  }
  return decoded
}

function decodeQueryValues(shapeName: string, values: readonly string[]): unknown {
  const shape = shapeNamed(lambdaService, shapeName)
  if (shape.type === 'list') return values.map((value) => decodeText(lambdaService, shape.member, value))
  return decodeText(lambdaService, shapeName, values[0] ?? '')
}

function decodeBody(operation: Operation, shape: StructureShape, body: Buffer): Record<string, unknown> {
  if (shape.payload !== undefined) return decodePayload(shape, shape.payload, body)
  const hasBody = Object.values(shape.members).some((member) => member.location === undefined)
  if (!hasBody || !operation.input || body.length === 0) return {}
  return decodeJson(lambdaService, operation.input, withoutParameters(shape, parseBody(body))) as Record<
    string,
    unknown
  >
}

/** A member that is a blob is the body itself; a structure is its JSON. */
function decodePayload(shape: StructureShape, name: string, body: Buffer): Record<string, unknown> {
  const member = shape.members[name]
  const payload = member && shapeNamed(lambdaService, member.shape)
  if (payload?.type === 'blob') return { [name]: body }
  return body.length === 0 || !member ? {} : { [name]: decodeJson(lambdaService, member.shape, parseBody(body)) }
}

function parseBody(body: Buffer): unknown {
  const parsed = parseJsonBytes(body)
  if ('problem' in parsed)
    throw new InvalidRequestContentException({
      Type: 'User',
      message: `Could not parse request body into json: ${parsed.problem}`,
    })
  return parsed.value
}

/** A body cannot give what belongs into the path, the query or a header. */
function withoutParameters(shape: StructureShape, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => shape.members[name]?.location === undefined))
}
