import { type ServiceModel, shapeOf } from './service-model.ts'
import { typeOf } from './types.ts'

/** One class for each exception of the model; its members become the error body, in the model's order. */
export function writeExceptions(model: ServiceModel, names: readonly string[]): string {
  const classes = names.filter((name) => shapeOf(model, name).exception).map((name) => writeClass(model, name))
  return classes.length === 0 ? 'export {}\n' : `import { ApiError } from '../../api-error.ts'\n\n${classes.join('\n')}`
}

function writeClass(model: ServiceModel, name: string): string {
  const shape = shapeOf(model, name)
  const code = shape.error?.code ?? name
  const status = shape.error?.httpStatusCode ?? 400
  const members = Object.entries(shape.members ?? {}).filter(([, member]) => member.location === undefined)
  const fields = members.map(
    ([member, { shape: target }]) => `readonly ${member}?: ${typeOf(model, target)} | undefined`,
  )
  return `export class ${name} extends ApiError {\n  constructor(body: { ${fields.join('; ')} }, cause?: unknown) {\n    super('${code}', ${status}, body, cause)\n  }\n}\n`
}
