import { lambdaService, type Operation, type StructureShape, structureNamed } from '#model'
import { encodeJson } from '../encode-value.ts'
import { encodeEvents } from '../event-stream/encode-events.ts'
import type { HttpResponse } from '../http.ts'

/** The operation's output to status, headers and body, as the model places its members. */
export function encodeOutput(operation: Operation, output: Readonly<Record<string, unknown>>): HttpResponse {
  if (!operation.output) return { status: operation.status, headers: {} }
  const shape = structureNamed(lambdaService, operation.output)
  const headers: Record<string, string> = {}
  const body: Record<string, unknown> = {}
  let status = operation.status
  let hasBody = false
  for (const name in shape.members) {
    const member = shape.members[name]
    const value = output[name]
    if (!member || name === shape.payload) continue
    if (member.location === 'statusCode') {
      if (value !== undefined) status = value as number
    } else if (member.location === 'header') {
      if (value !== undefined && value !== null) headers[member.wireName ?? name] = String(value)
    } else {
      hasBody = true
      if (value !== undefined && value !== null) body[name] = encodeJson(lambdaService, member.shape, value)
    }
  }
  if (shape.payload !== undefined) return withPayload(status, headers, encodePayload(shape, shape.payload, output))
  if (!hasBody || status === 204) return { status, headers }
  return { status, headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}

/** A blob is the body itself, and so is an event stream once it is in frames. */
function encodePayload(shape: StructureShape, name: string, output: Readonly<Record<string, unknown>>) {
  const value = output[name] as Buffer | AsyncIterable<Readonly<Record<string, unknown>>> | undefined
  if (value === undefined || Buffer.isBuffer(value)) return value
  return encodeEvents(lambdaService, shape.members[name]?.shape ?? '', value)
}

function withPayload(
  status: number,
  headers: Record<string, string>,
  body: HttpResponse['body'] | undefined,
): HttpResponse {
  if (body === undefined) return { status, headers }
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body }
}
