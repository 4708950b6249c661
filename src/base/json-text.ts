import { isUtf8 } from 'node:buffer'

const SOURCE = 'Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)'
const EXPECTED = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"

// Jackson's own limit; what is nested deeper is not scanned to its end.
const MAX_DEPTH = 1000

/**
 * Parses bytes that must be one JSON text in UTF-8. A refusal is explained in the words of Jackson, the parser
 * whose messages AWS's services pass on; only its commonest messages are told apart.
 */
export function parseJsonBytes(bytes: Buffer): { readonly value: unknown } | { readonly problem: string } {
  if (isUtf8(bytes)) {
    try {
      return { value: JSON.parse(bytes.toString('utf8')) }
    } catch {
      return { problem: explain(bytes) }
    }
  }
  return { problem: explain(bytes) }
}

/** Scans tokens the way the parser reads them, up to the first that cannot be. */
function explain(bytes: Buffer): string {
  const open: { close: string; name: string; offset: number; line: number; lineStart: number }[] = []
  let position = 0
  let line = 1
  let lineStart = 0
  const place = (inLine: number, column: number) => `[${SOURCE}; line: ${inLine}, column: ${column}]`
  const where = (offset = position) => place(line, offset - lineStart + 1)
  const peek = () => bytes[position]
  const text = (code: number) =>
    code < 0x20 || (code > 0x7e && code < 0xa0)
      ? `(CTRL-CHAR, code ${code})`
      : `'${String.fromCharCode(code)}' (code ${code})`
  const unexpected = (code: number, wanted: string) => `Unexpected character (${text(code)}): ${wanted}\n at ${where()}`

  const skipBlanks = () => {
    for (; position < bytes.length; position++) {
      const code = bytes[position]
      if (code === 10) {
        line++
        lineStart = position + 1
      } else if (code !== 32 && code !== 9 && code !== 13) return
    }
  }
  const endOfInput = () => {
    const last = open.at(-1)
    if (!last) return `Unexpected end-of-input\n at ${where()}`
    return `Unexpected end-of-input: expected close marker for ${last.name} (start marker at ${place(last.line, last.offset - last.lineStart + 1)})\n at ${where()}`
  }
  /** Reads one string; a message when it cannot. */
  const readString = (): string | undefined => {
    for (position++; position < bytes.length; position++) {
      const code = bytes[position] ?? 0
      if (code === 34) {
        position++
        return undefined
      }
      if (code === 92) position++
      else if (code < 0x20)
        return `Illegal unquoted character (${text(code)}): has to be escaped using backslash to be included in string value\n at ${where()}`
      else if (code >= 0x80) {
        const length = sequenceLength(code)
        if (length === 0) return `Invalid UTF-8 start byte 0x${code.toString(16)}\n at ${where()}`
        const continuation = bytes.subarray(position + 1, position + length).findIndex((byte) => (byte & 0xc0) !== 0x80)
        if (continuation >= 0)
          return `Invalid UTF-8 middle byte 0x${(bytes[position + 1 + continuation] ?? 0).toString(16)}\n at ${where(position + 1 + continuation)}`
        position += length - 1
      }
    }
    return `Unexpected end-of-input: was expecting closing quote for a string value\n at ${where()}`
  }
  /** Reads a bare word such as true; Jackson reads letters on before it complains. */
  const readWord = (): string | undefined => {
    const start = position
    while (position < bytes.length && /[A-Za-z0-9_$]/.test(String.fromCharCode(peek() ?? 0))) position++
    const code = peek()
    if (code !== undefined && code >= 0x80 && sequenceLength(code) === 0)
      return `Invalid UTF-8 start byte 0x${code.toString(16)}\n at ${where(position + 1)}`
    const word = bytes.toString('latin1', start, position)
    if (word === 'true' || word === 'false' || word === 'null') return undefined
    return `Unrecognized token '${word}': was expecting ${EXPECTED}\n at ${where()}`
  }
  const readNumber = (): string | undefined => {
    const found =
      /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/.exec(bytes.toString('latin1', position, position + 400))?.[0] ?? ''
    if (found === '')
      return unexpected(bytes[position + 1] ?? 0, 'expected digit (0-9) to follow minus sign, for valid numeric value')
    position += found.length
    const code = peek()
    if (code !== undefined && !/[\s,\]}]/.test(String.fromCharCode(code)))
      return unexpected(code, 'Expected space separating root-level values')
    return undefined
  }

  type Wants = 'value' | 'name-or-close' | 'name' | 'colon' | 'comma-or-close' | 'value-or-close'
  let wants: Wants = 'value'
  for (;;) {
    skipBlanks()
    const code = peek()
    if (code === undefined) return endOfInput()
    const character = String.fromCharCode(code)
    const last = open.at(-1)
    if (last && character === last.close && wants !== 'colon' && wants !== 'name' && !(wants === 'value')) {
      open.pop()
      position++
      wants = 'comma-or-close'
    } else if (wants === 'comma-or-close') {
      if (character !== ',' || !last)
        return unexpected(
          code,
          last ? `was expecting comma to separate ${last.name} entries` : `expected a valid value ${EXPECTED}`,
        )
      position++
      wants = last.close === '}' ? 'name' : 'value'
    } else if (wants === 'name' || wants === 'name-or-close') {
      if (character !== '"') return unexpected(code, 'was expecting double-quote to start field name')
      const problem = readString()
      if (problem) return problem
      wants = 'colon'
    } else if (wants === 'colon') {
      if (character !== ':') return unexpected(code, 'was expecting a colon to separate field name and value')
      position++
      wants = 'value'
    } else {
      let problem: string | undefined
      if (character === '{' || character === '[') {
        if (open.length === MAX_DEPTH)
          return `Document nesting depth (${MAX_DEPTH + 1}) exceeds the maximum allowed (${MAX_DEPTH}, from \`StreamReadConstraints.getMaxNestingDepth()\`)`
        open.push({
          close: character === '{' ? '}' : ']',
          name: character === '{' ? 'Object' : 'Array',
          offset: position,
          line,
          lineStart,
        })
        position++
        wants = character === '{' ? 'name-or-close' : 'value-or-close'
        continue
      }
      if (character === '"') problem = readString()
      else if (character === '-' || (code >= 48 && code <= 57)) problem = readNumber()
      else if (/[A-Za-z_$]/.test(character)) problem = readWord()
      else return unexpected(code, `expected a valid value ${EXPECTED}`)
      if (problem) return problem
      wants = 'comma-or-close'
    }
    // One value at the root is enough for the service; what follows it is not looked at.
    if (open.length === 0 && wants === 'comma-or-close') return `Unexpected trailing input\n at ${where()}`
  }
}

/** Bytes of the UTF-8 sequence that a byte starts, 0 when no sequence starts with it. */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1
  if (first >= 0xc2 && first < 0xe0) return 2
  if (first >= 0xe0 && first < 0xf0) return 3
  return first >= 0xf0 && first < 0xf5 ? 4 : 0
}
