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
  const input = decodeBody(operation, shape, request.body)
  decodeParameters(input, parametersOf(shape), labels, request)
  validateInput(lambdaService, operation.input, input)
  return input
}

/** A member that is not in the body, with what finding it takes worked out once. */
interface Parameter {
  readonly name: string
  readonly shape: string
  readonly location: string
  /** Of a header in lower case, as Node gives them. */
  readonly wireName: string
}

const known = new WeakMap<StructureShape, readonly Parameter[]>()

function parametersOf(shape: StructureShape): readonly Parameter[] {
  const found = known.get(shape)
  if (found) return found
  const parameters = Object.entries(shape.members).flatMap(([name, { shape, location, wireName = name }]) =>
    location === undefined
      ? []
      : [{ name, shape, location, wireName: location === 'header' ? wireName.toLowerCase() : wireName }],
  )
  known.set(shape, parameters)
  return parameters
}

function decodeParameters(
  input: Record<string, unknown>,
  parameters: readonly Parameter[],
  labels: Readonly<Record<string, string>>,
  request: HttpRequest,
): void {
  const query = request.rawQuery === '' ? undefined : parseQuery(request.rawQuery)
  for (const { name, shape, location, wireName } of parameters) {
    if (location === 'querystring') {
      const values = query?.get(wireName)
      if (values) input[name] = decodeQueryValues(shape, values)
      continue
    }
    const text = location === 'uri' ? labels[wireName] : headerOf(request, wireName)
    if (text !== undefined) input[name] = decodeText(lambdaService, shape, text)
  }
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
