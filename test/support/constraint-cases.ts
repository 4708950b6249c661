import {
  type ListShape,
  lambdaService,
  type MapShape,
  type Shape,
  type StructureShape,
  shapeNamed,
  structureNamed,
} from '#model'
import { sampleOf, textOf } from './samples.ts'

/** A value at, within or beyond a bound that the service model sets for a member of an input. */
export interface ConstraintCase {
  /** The member as messages name it, such as `ephemeralStorage.size`. */
  readonly path: string
  /** The input's members that make the case, nested as on the wire. */
  readonly input: Readonly<Record<string, unknown>>
  readonly isValid: boolean
  readonly label: string
}

/** Cases for every constraint of the operation's input. */
export function constraintCases(operation: string): ConstraintCase[] {
  const { input } = lambdaService.operations[operation] ?? {}
  const asInput = (value: unknown) => value as Readonly<Record<string, unknown>>
  return input === undefined ? [] : casesOfStructure(structureNamed(lambdaService, input), '', asInput)
}

/** A path without its label leads to another operation, a body is never absent, and headers hold only printable text. */
export function isSendable(operation: string, { path, input }: ConstraintCase): boolean {
  const { members, payload } = structureNamed(lambdaService, lambdaService.operations[operation]?.input ?? '')
  const [name = ''] = Object.keys(members).filter((member) => path.split('.')[0] === lowerCamel(member))
  const value = input[name]
  if (name === payload) return value !== undefined
  if (members[name]?.location === 'uri') return value !== undefined && value !== ''
  // A list in a query has no place for null.
  if (members[name]?.location === 'querystring') return !(Array.isArray(value) && value.includes(null))
  return members[name]?.location !== 'header' || /^[\x20-\x7e]*$/.test(String(value))
}

type Wrap = (value: unknown) => Readonly<Record<string, unknown>>

function casesOfStructure(shape: StructureShape, prefix: string, wrap: Wrap): ConstraintCase[] {
  const required = Object.fromEntries(
    Object.entries(shape.members)
      .filter(([, member]) => member.required && prefix !== '')
      .map(([name, member]) => [name, sampleOf(lambdaService, member.shape)]),
  )
  return Object.entries(shape.members).flatMap(([name, member]) => {
    const path = `${prefix}${lowerCamel(name)}`
    const inner = shapeNamed(lambdaService, member.shape)
    const wrapMember = (value: unknown) => wrap({ ...required, [name]: value })
    if (inner.type === 'structure') return casesOfStructure(inner, `${path}.`, wrapMember)
    const elements = inner.type === 'list' ? casesOfElements(inner, path, wrapMember) : []
    const values = valuesOf(member.shape, inner).map(({ value, isValid, label }) => ({
      path,
      input: wrapMember(value),
      isValid,
      label,
    }))
    if (!member.required) return [...values, ...elements]
    return [...values, ...elements, { path, input: wrapMember(undefined), isValid: false, label: 'absent' }]
  })
}

/** The members of structures in a list are named by their place. */
function casesOfElements({ member }: ListShape, path: string, wrap: Wrap): ConstraintCase[] {
  const element = shapeNamed(lambdaService, member)
  return element.type === 'structure' ? casesOfStructure(element, `${path}.1.member.`, (value) => wrap([value])) : []
}

interface ValueCase {
  readonly value: unknown
  readonly isValid: boolean
  readonly label: string
}

function valuesOf(name: string, shape: Shape): ValueCase[] {
  switch (shape.type) {
    case 'integer':
    case 'long':
    case 'double':
    case 'float':
      return atBounds(shape, 10).map(({ size, isValid }) => ({ value: size, isValid, label: `${size}` }))
    case 'list':
      return [...counts(shape), ...elements(shape)]
    case 'map':
      return entries(shape)
    case 'string':
      return [...enumerated(shape.enum), ...lengths(name, shape), ...patterned(shape)]
    default:
      return []
  }
}

const counts = (shape: ListShape): ValueCase[] =>
  atBounds(shape, 0).map(({ size, isValid }) => ({
    value: Array.from({ length: size }, () => shape.enum?.[0] ?? sampleOf(lambdaService, shape.member)),
    isValid,
    label: `${size} elements`,
  }))

/** AWS speaks of the list, whatever element of it is wrong. */
function elements({ member, enum: values, elementsMayBeNull }: ListShape): ValueCase[] {
  const element = shapeNamed(lambdaService, member)
  if (element.type === 'structure') return []
  const cases = values ? enumerated(values) : valuesOf(member, element)
  const none = { value: null, isValid: elementsMayBeNull === true || values !== undefined, label: 'null' }
  return [...cases, ...(values ? [] : [none])].map((one) => within(one, [one.value], 'in a list'))
}

/** And of the map, whatever key or value of it is wrong. */
function entries({ key, value }: MapShape): ValueCase[] {
  const keys = valuesOf(key, shapeNamed(lambdaService, key))
  const values = valuesOf(value, shapeNamed(lambdaService, value))
  const [someKey, someValue] = [String(sampleOf(lambdaService, key)), sampleOf(lambdaService, value)]
  return [
    ...keys.map((one) => within(one, { [String(one.value)]: someValue }, 'as a key')),
    ...values.map((one) => within(one, { [someKey]: one.value }, 'as a value')),
    { value: { [someKey]: null }, isValid: false, label: 'null as a value' },
  ]
}

const within = ({ isValid, label }: ValueCase, value: unknown, where: string): ValueCase => ({
  value,
  isValid,
  label: `${label} ${where}`,
})

function atBounds({ min, max }: { readonly min?: number; readonly max?: number }, smallest: number) {
  const sizes: { size: number; isValid: boolean }[] = []
  if (min !== undefined) {
    if (min > smallest || smallest > 0) sizes.push({ size: min - 1, isValid: false })
    sizes.push({ size: min, isValid: true })
  }
  if (max !== undefined) sizes.push({ size: max, isValid: true }, { size: max + 1, isValid: false })
  return sizes
}

function enumerated(values: readonly string[] = []): ValueCase[] {
  const wrong = values.flatMap((value) => [value.toLowerCase(), value.toUpperCase(), `${value}x`])
  return [...values, ...wrong].map((value) => ({ value, isValid: values.includes(value), label: value }))
}

type StringShape = Extract<Shape, { type: 'string' }>

function lengths(name: string, shape: StringShape): ValueCase[] {
  return atBounds(shape, 0).flatMap(({ size, isValid }) => {
    const value = textOf(name, size)
    // No text of this length satisfies the pattern, so there is no case in which only the length counts.
    return isValid && !matches(shape, value) ? [] : [{ value, isValid, label: `${size} characters` }]
  })
}

const ODD = ['a b', '*', 'ä', 'a\u0000', '{}', 'arn:aws', '../..', "';--", '%41', 'a$b{c}']

function patterned(shape: StringShape): ValueCase[] {
  if (shape.pattern === undefined) return []
  return ODD.filter((value) => !matches(shape, value)).map((value) => ({
    value,
    isValid: false,
    label: JSON.stringify(value),
  }))
}

const matches = ({ pattern }: StringShape, value: string) =>
  pattern === undefined || new RegExp(`^(?:${pattern})$`, 'u').test(value)

const lowerCamel = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)
