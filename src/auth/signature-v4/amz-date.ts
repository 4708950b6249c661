const ZERO = 48

/** `20130609T095204Z` to epoch milliseconds; undefined if it has another form. */
export function parseAmzDate(text: string): number | undefined {
  if (text.length !== 16 || text[8] !== 'T' || text[15] !== 'Z') return undefined
  const month = digits(text, 4, 6)
  const ms = Date.UTC(
    digits(text, 0, 4),
    month - 1,
    digits(text, 6, 8),
    digits(text, 9, 11),
    digits(text, 11, 13),
    digits(text, 13, 15),
  )
  return Number.isNaN(ms) ? undefined : ms
}

/** Epoch milliseconds to `20130609T095204Z`. */
export function formatAmzDate(ms: number): string {
  const iso = new Date(ms).toISOString()
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`
}

/** A `Date` header in whatever form HTTP allows, or the basic form, to the basic form. */
export function amzDateFromHttpDate(text: string): string | undefined {
  if (parseAmzDate(text) !== undefined) return text
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : formatAmzDate(ms)
}

function digits(text: string, start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - ZERO
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return value
}
