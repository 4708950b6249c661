/** The value of a header or a trailer by its lower-case name. */
export type Fields = (name: string) => string | undefined

export const NO_FIELDS: Fields = () => undefined

/** Far above what any runtime sends: the longest header is the X-Ray cause with at most 64 KB. */
export const MOST_HEAD_BYTES = 128 * 1024

/** Reads lines that each stand between line breaks, the first one of which is at `start`. */
export function fieldsIn(text: string, start: number): Fields {
  let lower: string | undefined
  return (name) => {
    lower ??= text.toLowerCase()
    const at = lower.indexOf(`\r\n${name}:`, start)
    if (at < 0) return undefined
    const valueAt = at + name.length + 3
    return text.slice(valueAt, text.indexOf('\r\n', valueAt)).trim()
  }
}
