import { InvalidCursor } from './errors.ts'

/** The last key of a page, as an opaque text: keys stay where they are while rows come and go. */
export const encodeCursor = (key: CursorKey): string => Buffer.from(JSON.stringify(key)).toString('base64url')

/** The key that was encoded, if it has the same types as `example`. */
export function decodeCursor<Key extends CursorKey>(cursor: string, example: Key): Key {
  const key = parse(cursor)
  const fits = Array.isArray(key) && key.length === example.length && key.every((part, i) => isLike(part, example[i]))
  if (!fits) throw new InvalidCursor()
  return key as unknown as Key
}

/** Cuts what was read with `limit + 1` into a page; the surplus row only shows that there is more. */
export function pageOf<Item>(items: readonly Item[], limit: number, keyOf: (item: Item) => CursorKey) {
  const page = items.slice(0, limit)
  const last = page.at(-1)
  return items.length > limit && last !== undefined ? { items: page, next: encodeCursor(keyOf(last)) } : { items: page }
}

export type CursorKey = readonly (string | number)[]

function isLike(part: unknown, example: unknown): boolean {
  return typeof part === typeof example && (typeof part !== 'number' || Number.isSafeInteger(part))
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}
