import { invalidFilterPattern } from '../errors.ts'

// A selector with its brackets, a quoted text, an operator, or a bare word or number that may have wildcards.
const TOKEN =
  /\s*(\$(?:\.[\w-]+|\[\d+\]|\['[^']*'\])+|"(?:[^"\\]|\\.)*"|&&|\|\||[<>!]=|[={}()<>]|[^\s"={}()<>!&|%$]+)\s*/suy

export function tokenize(pattern: string): string[] {
  const tokens: string[] = []
  for (let position = 0; position < pattern.length; ) {
    TOKEN.lastIndex = position
    const [found, token] = TOKEN.exec(pattern) ?? []
    if (found === undefined || token === undefined) throw invalidFilterPattern()
    tokens.push(token)
    position += found.length
  }
  return tokens
}
