import { type ModelShape, type ServiceModel, shapeOf } from './service-model.ts'

/** TypeScript interfaces for the structures among `names`; other shapes are written in place. */
export function writeTypes(model: ServiceModel, names: readonly string[]): string {
  return names
    .filter((name) => shapeOf(model, name).type === 'structure' && !shapeOf(model, name).exception)
    .map((name) => writeInterface(model, name, shapeOf(model, name)))
    .join('\n')
}

function writeInterface(model: ServiceModel, name: string, shape: ModelShape): string {
  const required = new Set(shape.required ?? [])
  const lines = Object.entries(shape.members ?? {}).map(
    ([member, { shape: target }]) =>
      `  readonly ${member}${required.has(member) ? '' : '?'}: ${typeOf(model, target)}${required.has(member) ? '' : ' | undefined'}`,
  )
  return `export interface ${name} {\n${lines.join('\n')}\n}\n`
}

export function typeOf(model: ServiceModel, name: string): string {
  const shape = shapeOf(model, name)
  switch (shape.type) {
    case 'structure':
      return shape.eventstream ? `AsyncIterable<${name}>` : name
    case 'list':
      return `readonly ${wrap(typeOf(model, shape.member?.shape ?? ''))}[]`
    case 'map':
      return `Readonly<Record<string, ${typeOf(model, shape.value?.shape ?? '')}>>`
    case 'string':
      return 'string'
    case 'blob':
      return 'Buffer'
    case 'boolean':
      return 'boolean'
    case 'timestamp':
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return 'number'
    default:
      throw new Error(`shape ${name} has the unknown type ${shape.type}`)
  }
}

const wrap = (type: string) => (type.startsWith('readonly ') ? `(${type})` : type)
