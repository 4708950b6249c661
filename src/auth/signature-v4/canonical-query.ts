import { isUnreserved, percentDecode, percentEncode } from './percent-encoding.ts'

const EQUALS = 61

/** Every name and value decoded, escaped again, and sorted by name, then value. */
export function canonicalQuery(rawQuery: string): string {
  if (rawQuery === '' || isCanonicalPair(rawQuery)) return rawQuery
  return rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map(encodePair)
    .sort(byNameThenValue)
    .map(({ name, value }) => `${name}=${value}`)
    .join('&')
}

/** The query of a presigned request, which cannot contain its own signature. */
export function withoutSignature(rawQuery: string): string {
  return rawQuery
    .split('&')
    .filter((pair) => !pair.startsWith('X-Amz-Signature='))
    .join('&')
}

interface Pair {
  readonly name: string
  readonly value: string
}

function encodePair(pair: string): Pair {
  const equals = pair.indexOf('=')
  if (equals < 0) return { name: encodeAgain(pair), value: '' }
  return { name: encodeAgain(pair.slice(0, equals)), value: encodeAgain(pair.slice(equals + 1)) }
}

const encodeAgain = (text: string) => percentEncode(percentDecode(text))

function byNameThenValue(a: Pair, b: Pair): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  if (a.value === b.value) return 0
  return a.value < b.value ? -1 : 1
}

/** One pair of plain characters, such as `Qualifier=prod`. */
function isCanonicalPair(query: string): boolean {
  let equals = 0
  for (let at = 0; at < query.length; at++) {
    const code = query.charCodeAt(at)
    if (code === EQUALS) equals++
    else if (!isUnreserved(code)) return false
  }
  return equals === 1
}
