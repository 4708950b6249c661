import { lambdaService, type Operation, structureNamed } from '#model'
import { encodeJson } from '../encode-value.ts'
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
  if (shape.payload !== undefined) return withPayload(status, headers, output[shape.payload])
  if (!hasBody || status === 204) return { status, headers }
  return { status, headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}

function withPayload(status: number, headers: Record<string, string>, payload: unknown): HttpResponse {
  if (payload === undefined) return { status, headers }
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: payload as Buffer }
}
