/** One member of a structure. `location` absent: in the body. `wireName` absent: the member's own name. */
export interface Member {
  readonly shape: string
  readonly location?: string
  readonly wireName?: string
  readonly required?: boolean
  /** Of an event in a stream: its bytes, in place of JSON. */
  readonly eventPayload?: boolean
}

export interface StructureShape {
  readonly type: 'structure'
  readonly members: Readonly<Record<string, Member>>
  /** The member that is the whole body. */
  readonly payload?: string
  readonly eventStream?: boolean
}

/** `min` and `max` bound the value of a number, the length of everything else (characters, bytes, elements, entries). */
interface Bounds {
  readonly min?: number
  readonly max?: number
}

export interface ListShape extends Bounds {
  readonly type: 'list'
  readonly member: string
  readonly elementsMayBeNull?: boolean
  /** What elements may be, where the sentence is about the list as a whole. */
  readonly enum?: readonly string[]
}

export interface MapShape extends Bounds {
  readonly type: 'map'
  readonly key: string
  readonly value: string
}

export interface StringShape extends Bounds {
  readonly type: 'string'
  /** Must match the whole value. */
  readonly pattern?: string
  readonly enum?: readonly string[]
}

export interface NumberShape extends Bounds {
  readonly type: 'integer' | 'long' | 'float' | 'double'
}

export interface BlobShape extends Bounds {
  readonly type: 'blob'
  readonly streaming?: boolean
}

export interface BooleanShape {
  readonly type: 'boolean'
}

export interface TimestampShape {
  readonly type: 'timestamp'
  readonly format?: string
}

export type Shape =
  | StructureShape
  | ListShape
  | MapShape
  | StringShape
  | NumberShape
  | BlobShape
  | BooleanShape
  | TimestampShape

export interface Operation {
  readonly name: string
  readonly method: string
  /** Path template with `{Label}` parts. */
  readonly path: string
  readonly status: number
  readonly input?: string
  readonly output?: string
}

/** Everything that the protocols need to know of one service. */
export interface Service {
  readonly name: string
  /** The service's name in a credential scope. */
  readonly signingName: string
  readonly protocol: string
  readonly apiVersion: string
  readonly targetPrefix?: string
  readonly xmlNamespace?: string
  readonly operations: Readonly<Record<string, Operation>>
  readonly shapes: Readonly<Record<string, Shape>>
}

export function shapeNamed(service: Service, name: string): Shape {
  const shape = service.shapes[name]
  if (!shape) throw new Error(`service ${service.name} has no shape ${name}`)
  return shape
}

export function structureNamed(service: Service, name: string): StructureShape {
  const shape = shapeNamed(service, name)
  if (shape.type !== 'structure') throw new Error(`shape ${name} is a ${shape.type}, not a structure`)
  return shape
}
