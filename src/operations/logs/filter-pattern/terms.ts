import { invalidFilterPattern, invalidParameter } from '../errors.ts'
import type { MessageFilter } from './filter-pattern.ts'

interface Term {
  /** `-` excludes, `?` is one of several of which one must be there. */
  readonly sign: string
  readonly text: string
}

/** Terms are found anywhere in a message, also within a word, in the given case. All of them must be there. */
export function compileTerms(pattern: string): MessageFilter {
  const terms = parseTerms(pattern)
  const textsOf = (sign: string) => terms.filter((term) => term.sign === sign).map(({ text }) => text)
  const [required, excluded, optional] = [textsOf(''), textsOf('-'), textsOf('?')]
  // CloudWatch ignores optional terms beside others.
  if (optional.length === terms.length) return (message) => optional.some((text) => message.includes(text))
  return (message) =>
    required.every((text) => message.includes(text)) && !excluded.some((text) => message.includes(text))
}

const TERM = /([-?]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(?=\s|$)\s*/suy

function parseTerms(pattern: string): Term[] {
  const terms: Term[] = []
  for (let position = 0; position < pattern.length; ) {
    TERM.lastIndex = position
    const [found, sign = '', phrase, word = ''] = TERM.exec(pattern) ?? []
    if (found === undefined) throw invalidFilterPattern()
    terms.push({ sign, text: phrase === undefined ? checkWord(word) : unquote(phrase) })
    position += found.length
  }
  return terms
}

/** Everything but letters, digits and underscores must be quoted. */
function checkWord(word: string): string {
  if (!/^[\p{L}\p{N}_]+$/u.test(word)) throw invalidParameter(`Invalid character(s) in term '${word}'`)
  return word
}

const unquote = (phrase: string) => phrase.replace(/\\(["\\])/g, '$1')
