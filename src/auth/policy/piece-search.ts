/** What stands between two `*`: character codes, or -1 for any one character. */
export type Piece = readonly number[]
export const ANY_CHARACTER = -1

/** Where the piece first occurs in `text` between `from` and `end`, or -1. */
export type Search = (text: string, from: number, end: number) => number

const WORD_BITS = 32

/** Short pieces are compared at every place; long ones are not, lest somebody's text of one letter take seconds. */
export function createSearch(piece: Piece): Search {
  const isPlain = !piece.includes(ANY_CHARACTER)
  if (piece.length > WORD_BITS) return isPlain ? searchOnce(piece) : searchInWords(piece)
  if (!isPlain) return (text, from, end) => searchEverywhere(piece, text, from, end)
  const expected = String.fromCharCode(...piece)
  return (text, from, end) => {
    const at = text.indexOf(expected, from)
    return at + expected.length <= end ? at : -1
  }
}

export function isAt(piece: Piece, text: string, at: number): boolean {
  for (let i = 0; i < piece.length; i++) {
    const code = piece[i]
    if (code !== ANY_CHARACTER && code !== text.charCodeAt(at + i)) return false
  }
  return true
}

function searchEverywhere(piece: Piece, text: string, from: number, end: number): number {
  for (let at = from; at + piece.length <= end; at++) if (isAt(piece, text, at)) return at
  return -1
}

/** The algorithm of Knuth, Morris and Pratt: no character of the text is read again. */
function searchOnce(piece: Piece): Search {
  const borders = bordersOf(piece)
  return (text, from, end) => {
    let found = 0
    for (let at = from; at < end; at++) {
      const code = text.charCodeAt(at)
      while (found > 0 && piece[found] !== code) found = borders[found - 1] ?? 0
      if (piece[found] === code) found++
      if (found === piece.length) return at + 1 - found
    }
    return -1
  }
}

/** For every beginning of the piece, how much of its own beginning it ends with. */
function bordersOf(piece: Piece): Int32Array {
  const borders = new Int32Array(piece.length)
  let border = 0
  for (let at = 1; at < piece.length; at++) {
    while (border > 0 && piece[border] !== piece[at]) border = borders[border - 1] ?? 0
    if (piece[border] === piece[at]) border++
    borders[at] = border
  }
  return borders
}

/**
 * The Shift-And algorithm: bit `i` of the state says that the first `i + 1` characters of the piece end here. The time
 * is length of text × length of piece / 32, and the memory the length of the piece.
 */
function searchInWords(piece: Piece): Search {
  const { masks, places, others } = placesOf(piece)
  const last = piece.length - 1
  return (text, from, end) => {
    if (from + piece.length > end) return -1
    const state = new Int32Array(others.length)
    const moved = new Int32Array(others.length)
    for (let at = from; at < end; at++) {
      const code = text.charCodeAt(at)
      advance(state, moved, masks.get(code) ?? others)
      for (const place of places.get(code) ?? [])
        state[place >>> 5] = at32(state, place) | (at32(moved, place) & bit(place))
      if (at32(state, last) & bit(last)) return at - last
    }
    return -1
  }
}

const bit = (place: number) => 1 << (place & (WORD_BITS - 1))
const at32 = (words: Int32Array, place: number) => words[place >>> 5] ?? 0

/** All bits move up by one, and stay where the mask has them. */
function advance(state: Int32Array, moved: Int32Array, mask: Int32Array): void {
  let carry = 1
  for (let word = 0; word < state.length; word++) {
    const before = state[word] ?? 0
    const after = (before << 1) | carry
    carry = before >>> (WORD_BITS - 1)
    moved[word] = after
    state[word] = after & (mask[word] ?? 0)
  }
}

/** Where each character stands: a mask for those that are frequent, a list for the rest, so that neither grows large. */
function placesOf(piece: Piece) {
  const others = new Int32Array(Math.ceil(piece.length / WORD_BITS))
  const places = new Map<number, number[]>()
  for (const [place, code] of piece.entries()) {
    if (code === ANY_CHARACTER) others[place >>> 5] = at32(others, place) | bit(place)
    else if (!places.get(code)?.push(place)) places.set(code, [place])
  }
  const masks = new Map<number, Int32Array>()
  for (const [code, found] of places) {
    if (found.length <= others.length) continue
    const mask = others.slice()
    for (const place of found) mask[place >>> 5] = at32(mask, place) | bit(place)
    masks.set(code, mask)
    places.delete(code)
  }
  return { masks, places, others }
}
