import { invalidFilterPattern } from '../errors.ts'

/** The value at a place of a JSON document, undefined when there is none. */
export type Selector = (document: unknown) => unknown

/** Compiles `$.user.roles[0]` or `$['name.with.dots']`. */
export function compileSelector(text: string): Selector {
  if (!text.startsWith('$')) throw invalidFilterPattern()
  const keys = [...text.matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']*)'\]/g)].map(
    ([, name, index, quoted]) => name ?? index ?? quoted ?? '',
  )
  return (document) => keys.reduce(memberOf, document)
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Readonly<Record<string, unknown>>)[key]
}
