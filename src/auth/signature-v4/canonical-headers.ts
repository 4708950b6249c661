/** Each signed header as `name:value\n`, in the order of `signedHeaders` (lower-case names, separated by semicolons). */
export function canonicalHeaders(rawHeaders: readonly string[], signedHeaders: string): string {
  const names = lowerCaseNames(rawHeaders)
  let text = ''
  for (const name of signedHeaders.split(';')) text += `${name}:${joinedValue(name, names, rawHeaders)}\n`
  return text
}

/** Headers of one name are joined in the order they came. One that is signed but absent counts as empty. */
function joinedValue(name: string, names: readonly string[], rawHeaders: readonly string[]): string {
  let joined: string | undefined
  for (let at = names.indexOf(name); at >= 0; at = names.indexOf(name, at + 1)) {
    const value = fold(rawHeaders[at * 2 + 1] ?? '')
    joined = joined === undefined ? value : `${joined},${value}`
  }
  return joined ?? ''
}

function lowerCaseNames(rawHeaders: readonly string[]): string[] {
  const names: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) names.push((rawHeaders[at] ?? '').toLowerCase())
  return names
}

/** No white space around the value, single spaces within. */
function fold(value: string): string {
  return FOLDABLE.test(value) ? value.trim().replace(/\s+/g, ' ') : value
}

const FOLDABLE = /^ | {2}|[\t\r\n]| $/
