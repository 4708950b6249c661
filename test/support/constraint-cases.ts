import { lambdaService, type Shape, type StructureShape, shapeNamed, structureNamed } from '#model'
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

/** Cases for every constraint of the operation's input, but for those within lists of structures. */
export function constraintCases(operation: string, members?: readonly string[]): ConstraintCase[] {
  const shape = structureNamed(lambdaService, lambdaService.operations[operation]?.input ?? '')
  return casesOfStructure(shape, '', (input) => input).filter(
    ({ path }) => !members || members.includes(path.split('.')[0] ?? ''),
  )
}

type Wrap = (input: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>

function casesOfStructure(shape: StructureShape, prefix: string, wrap: Wrap): ConstraintCase[] {
  const required = Object.fromEntries(
    Object.entries(shape.members)
      .filter(([, member]) => member.required && prefix !== '')
      .map(([name, member]) => [name, sampleOf(lambdaService, member.shape)]),
  )
  return Object.entries(shape.members).flatMap(([name, member]) => {
    const path = `${prefix}${name.charAt(0).toLowerCase()}${name.slice(1)}`
    const inner = shapeNamed(lambdaService, member.shape)
    const wrapMember = (value: unknown) => wrap({ ...required, [name]: value })
    if (inner.type === 'structure') return casesOfStructure(inner, `${path}.`, wrapMember)
    const values = valuesOf(member.shape, inner).map(({ value, isValid, label }) => ({
      path,
      input: wrapMember(value),
      isValid,
      label,
    }))
    if (!member.required) return values
    return [...values, { path, input: wrapMember(undefined), isValid: false, label: 'absent' }]
  })
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
      return atBounds(shape, 0).map(({ size, isValid }) => ({
        value: Array.from({ length: size }, () => shape.enum?.[0] ?? sampleOf(lambdaService, shape.member)),
        isValid,
        label: `${size} elements`,
      }))
    case 'string':
      return [...enumerated(shape.enum), ...lengths(name, shape), ...patterned(shape)]
    default:
      return []
  }
}

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
