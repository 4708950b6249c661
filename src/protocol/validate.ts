import {
  type ApiError,
  type ListShape,
  type MapShape,
  type Service,
  type Shape,
  type StructureShape,
  shapeNamed,
  structureNamed,
  validationException,
} from '#model'

/** Throws one error that names every constraint of the model that the input breaks; most services call it ValidationException. */
export function validateInput(
  service: Service,
  shapeName: string,
  input: unknown,
  refusal: (message: string) => ApiError = validationException,
): void {
  const failures: string[] = []
  checkStructure(service, structureNamed(service, shapeName), input as Record<string, unknown>, '', failures)
  if (failures.length > 0) throw refusal(validationSentence(failures))
}

/** `1 validation error detected: ...`, `2 validation errors detected: ...; ...` */
const validationSentence = (failures: readonly string[]) =>
  `${failures.length} validation error${failures.length === 1 ? '' : 's'} detected: ${failures.join('; ')}`

/** `Value 'x' at 'memberPath' failed to satisfy constraint: ...` */
const constraintFailure = (value: unknown, path: string, constraint: string) =>
  `Value ${value === undefined || value === null ? 'null' : `'${printed(value)}'`} at '${path}' failed to satisfy constraint: ${constraint}`

function checkStructure(
  service: Service,
  shape: StructureShape,
  value: Record<string, unknown>,
  prefix: string,
  failures: string[],
): void {
  for (const name in shape.members) {
    const member = shape.members[name]
    if (!member) continue
    const found = value[name]
    if (found !== undefined)
      checkValue(service, shapeNamed(service, member.shape), found, `${prefix}${lowerCamel(name)}`, failures)
    else if (member.required)
      failures.push(constraintFailure(null, `${prefix}${lowerCamel(name)}`, 'Member must not be null'))
  }
}

function checkValue(service: Service, shape: Shape, value: unknown, path: string, failures: string[]): void {
  if (shape.type === 'structure') {
    checkStructure(service, shape, value as Record<string, unknown>, `${path}.`, failures)
    return
  }
  for (const constraint of brokenConstraints(shape, value)) failures.push(constraintFailure(value, path, constraint))
  if (shape.type === 'list') checkElements(service, shape, value as unknown[], path, failures)
  if (shape.type === 'map') checkEntries(service, shape, value as Record<string, unknown>, path, failures)
}

/** Structures in a list are checked one by one; for simple elements AWS prints the whole list and all constraints of an element. */
function checkElements(
  service: Service,
  shape: ListShape,
  list: readonly unknown[],
  path: string,
  failures: string[],
): void {
  const element = shapeNamed(service, shape.member)
  if (element.type === 'structure' || element.type === 'list' || element.type === 'map') {
    list.forEach((value, index) => {
      if (value !== null) checkValue(service, element, value, `${path}.${index + 1}.member`, failures)
    })
    return
  }
  const isBroken = (value: unknown) =>
    value === null ? !shape.elementsMayBeNull : brokenConstraints(element, value).length > 0
  if (list.some(isBroken)) {
    const all = [...constraintsOf(element), ...(shape.elementsMayBeNull ? [] : ['Member must not be null'])]
    failures.push(constraintFailure(list, path, `Member must satisfy constraint: [${all.join(', ')}]`))
  }
}

function checkEntries(
  service: Service,
  shape: MapShape,
  map: Readonly<Record<string, unknown>>,
  path: string,
  failures: string[],
): void {
  const [keyShape, valueShape] = [shapeNamed(service, shape.key), shapeNamed(service, shape.value)]
  if (Object.keys(map).some((key) => brokenConstraints(keyShape, key).length > 0)) {
    failures.push(
      constraintFailure(map, path, `Map keys must satisfy constraint: [${constraintsOf(keyShape).join(', ')}]`),
    )
  }
  if (valueShape.type === 'structure') {
    for (const [key, value] of Object.entries(map))
      if (value !== null) checkValue(service, valueShape, value, `${path}.${key}.member`, failures)
  } else if (Object.values(map).some((value) => value === null || brokenConstraints(valueShape, value).length > 0)) {
    failures.push(
      constraintFailure(
        map,
        path,
        `Map value must satisfy constraint: [${[...constraintsOf(valueShape), 'Member must not be null'].join(', ')}]`,
      ),
    )
  }
}

type ConstraintKind = 'max' | 'min' | 'pattern' | 'enum'

/** The sentences of a shape's constraints, or of those that `pick` takes, in AWS's order: length or value, pattern, enumeration. */
function constraintsOf(shape: Shape, pick: (kind: ConstraintKind) => boolean = () => true): string[] {
  const sentences: string[] = []
  const [noun, number] = isNumber(shape) ? ['value', decimal(shape)] : ['length', String]
  if ('max' in shape && shape.max !== undefined && pick('max'))
    sentences.push(`Member must have ${noun} less than or equal to ${number(shape.max)}`)
  if ('min' in shape && shape.min !== undefined && pick('min'))
    sentences.push(`Member must have ${noun} greater than or equal to ${number(shape.min)}`)
  if (shape.type === 'string' && shape.pattern !== undefined && pick('pattern'))
    sentences.push(`Member must satisfy regular expression pattern: ${shape.pattern}`)
  if ('enum' in shape && shape.enum && pick('enum'))
    sentences.push(`Member must satisfy enum value set: [${shape.enum.join(', ')}]`)
  return sentences
}

/** The sentences of the constraints that a value breaks; usually none. */
function brokenConstraints(shape: Shape, value: unknown): readonly string[] {
  const broken = (kind: ConstraintKind) => isBroken(shape, value, kind)
  return kinds.some(broken) ? constraintsOf(shape, broken) : none
}

const kinds: readonly ConstraintKind[] = ['max', 'min', 'pattern', 'enum']

function isBroken(shape: Shape, value: unknown, kind: ConstraintKind): boolean {
  switch (kind) {
    case 'max':
      return 'max' in shape && shape.max !== undefined && sizeOf(shape, value) > shape.max
    case 'min':
      return 'min' in shape && shape.min !== undefined && sizeOf(shape, value) < shape.min
    case 'pattern':
      return (
        shape.type === 'string' && shape.pattern !== undefined && !expressionFor(shape.pattern).test(value as string)
      )
    case 'enum':
      return 'enum' in shape && shape.enum !== undefined && !isWithin(shape.enum, value)
  }
}

const isWithin = (values: readonly string[], value: unknown) =>
  Array.isArray(value) ? value.every((element) => values.includes(element)) : values.includes(value as string)

const none: readonly string[] = []

function sizeOf(shape: Shape, value: unknown): number {
  if (isNumber(shape)) return value as number
  if (shape.type === 'map') return Object.keys(value as object).length
  return (value as { readonly length?: number }).length ?? 0
}

const isNumber = (shape: Shape) =>
  shape.type === 'integer' || shape.type === 'long' || shape.type === 'float' || shape.type === 'double'

/** Doubles print as Java prints them: 1.0, not 1. */
const decimal = (shape: Shape) => (shape.type === 'double' || shape.type === 'float' ? javaDouble : String)
const javaDouble = (value: number) => (Number.isInteger(value) ? `${value}.0` : String(value))

const expressions = new Map<string, RegExp>()

function expressionFor(pattern: string): RegExp {
  const known = expressions.get(pattern)
  if (known) return known
  const expression = new RegExp(`^(?:${pattern})$`, 'u')
  expressions.set(pattern, expression)
  return expression
}

const lowerCamel = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)

/** As Java's toString: [a, b] and {k=v}. */
function printed(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return `[${value.map(printed).join(', ')}]`
  if (Buffer.isBuffer(value)) return `java.nio.HeapByteBuffer[pos=0 lim=${value.length} cap=${value.length}]`
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, element]) => `${key}=${typeof element === 'number' ? javaDouble(element) : printed(element)}`)
      .join(', ')}}`
  return String(value)
}
