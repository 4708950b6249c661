/** Percent-decodes once; a broken escape stays as it came. */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** All values of each name of a query string or a form body. */
export function parseQuery(rawQuery: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  if (rawQuery === '') return found
  for (const pair of rawQuery.split('&')) {
    const at = pair.indexOf('=')
    const name = decodeFormText(at < 0 ? pair : pair.slice(0, at))
    const value = at < 0 ? '' : decodeFormText(pair.slice(at + 1))
    const values = found.get(name)
    if (values) values.push(value)
    else found.set(name, [value])
  }
  return found
}

const decodeFormText = (text: string) => decodePercent(text.includes('+') ? text.replaceAll('+', ' ') : text)
