import type { Shape } from '../../src/model/schema.ts'
import { type ModelShape, type ServiceModel, shapeOf } from './service-model.ts'

/** A correction of one shape of the model; `null` removes what the model says. */
export interface ShapeOverride {
  readonly pattern?: string
  readonly enum?: readonly string[] | null
  readonly max?: number
  readonly elementsMayBeNull?: boolean
  /** Other shapes for members of a structure: those of the model or those in `additions`. */
  readonly members?: Readonly<Record<string, string>>
  /** Members whose constraints are told before those of the others. */
  readonly first?: readonly string[]
}

/** Turns a shape of the model into the descriptor that decoding, validation and encoding are driven by. */
export function describeShape(model: ServiceModel, name: string, override: ShapeOverride = {}): Shape {
  const shape = shapeOf(model, name)
  switch (shape.type) {
    case 'structure':
      return describeStructure(shape, override)
    case 'list':
      return {
        type: 'list',
        member: reference(shape.member),
        ...bounds(shape),
        ...(override.elementsMayBeNull && { elementsMayBeNull: true }),
        ...(override.enum && { enum: override.enum }),
      }
    case 'map':
      return { type: 'map', key: reference(shape.key), value: reference(shape.value), ...bounds(shape) }
    case 'string':
      return { type: 'string', ...bounds(shape), ...stringConstraints(shape, override) }
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return { type: shape.type, ...bounds({ ...shape, ...(override.max !== undefined && { max: override.max }) }) }
    case 'blob':
      return { type: 'blob', ...bounds(shape), ...(shape.streaming && { streaming: true }) }
    case 'boolean':
      return { type: 'boolean' }
    case 'timestamp':
      return { type: 'timestamp', ...(shape.timestampFormat && { format: shape.timestampFormat }) }
    default:
      throw new Error(`shape ${name} has the unknown type ${shape.type}`)
  }
}

function describeStructure(shape: ModelShape, { members: shapes = {}, first = [] }: ShapeOverride): Shape {
  const required = new Set(shape.required ?? [])
  const entries = Object.entries(shape.members ?? {})
  const isFirst = ([name]: readonly [string, unknown]) => first.includes(name)
  const ordered = [...entries.filter(isFirst), ...entries.filter((entry) => !isFirst(entry))]
  const members = ordered.map(([name, member]) => [
    name,
    {
      shape: shapes[name] ?? member.shape,
      ...(member.location && { location: member.location }),
      ...(member.locationName && member.locationName !== name && { wireName: member.locationName }),
      ...(required.has(name) && { required: true }),
      ...(member.eventpayload && { eventPayload: true }),
    },
  ])
  return {
    type: 'structure',
    members: Object.fromEntries(members),
    ...(shape.payload && { payload: shape.payload }),
    ...(shape.eventstream && { eventStream: true }),
  }
}

function stringConstraints(shape: ModelShape, override: ShapeOverride) {
  const pattern = override.pattern ?? shape.pattern
  const values = override.enum === null ? undefined : (override.enum ?? shape.enum)
  return { ...(pattern && { pattern }), ...(values && { enum: values }) }
}

const bounds = ({ min, max }: ModelShape) => ({ ...(min !== undefined && { min }), ...(max !== undefined && { max }) })

function reference(member: { readonly shape: string } | undefined): string {
  if (!member) throw new Error('a list or map of the model has no element shape')
  return member.shape
}
