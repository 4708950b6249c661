import { ANY_CHARACTER, createSearch, isAt, type Piece } from './piece-search.ts'

/** `*`: any number of characters, `:` and `/` among them. */
export const MANY = Symbol('*')
/** `?`: exactly one character. */
export const ONE = Symbol('?')

/** A pattern's parts in order; strings stand for themselves, whatever characters they have. */
export type Glob = readonly (string | typeof MANY | typeof ONE)[]

export type Matcher = (text: string) => boolean

/** `lambda:Get*`: `*` and `?` are wildcards, and there is no way to escape them. */
export const parseGlob = (text: string): Glob =>
  text
    .split(/([*?])/)
    .filter((part) => part !== '')
    .map((part) => (part === '*' ? MANY : part === '?' ? ONE : part))

/**
 * Compiled once, without regular expressions: the time to match grows with the length of the text, and with that of the
 * pattern hardly, whatever anybody writes into a policy.
 */
export function compileGlob(glob: Glob): Matcher {
  const [first = [], ...others] = splitAtMany(glob)
  const last = others.pop()
  if (last === undefined) return matchWhole(first)
  if (others.length === 0 && isPlain(first) && isPlain(last)) return matchEnds(textOf(first), textOf(last))
  return matchPieces(first, others, last)
}

function splitAtMany(glob: Glob): Piece[] {
  const pieces: number[][] = [[]]
  for (const part of glob) {
    if (part === MANY) pieces.push([])
    else if (part === ONE) pieces.at(-1)?.push(ANY_CHARACTER)
    else for (let at = 0; at < part.length; at++) pieces.at(-1)?.push(part.charCodeAt(at))
  }
  return pieces
}

const isPlain = (piece: Piece) => !piece.includes(ANY_CHARACTER)

/** Piece by piece, as a long text has more characters than a call may have arguments. */
const textOf = (piece: Piece) => piece.map((code) => String.fromCharCode(code)).join('')

function matchWhole(piece: Piece): Matcher {
  if (!isPlain(piece)) return (text) => text.length === piece.length && isAt(piece, text, 0)
  const expected = textOf(piece)
  return (text) => text === expected
}

function matchEnds(start: string, end: string): Matcher {
  const least = start.length + end.length
  if (least === 0) return () => true
  return (text) => text.length >= least && text.startsWith(start) && text.endsWith(end)
}

/** The middle pieces are taken where they occur first: that leaves the most room for those that follow. */
function matchPieces(first: Piece, middle: readonly Piece[], last: Piece): Matcher {
  const pieces = middle.map((piece) => ({ search: createSearch(piece), length: piece.length }))
  return (text) => {
    const end = text.length - last.length
    if (first.length > end || !isAt(first, text, 0) || !isAt(last, text, end)) return false
    let from = first.length
    for (const { search, length } of pieces) {
      const at = search(text, from, end)
      if (at < 0) return false
      from = at + length
    }
    return true
  }
}
