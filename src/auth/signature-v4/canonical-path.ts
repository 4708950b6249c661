import { isUnreserved, percentEncode } from './percent-encoding.ts'

const SLASH = 47
const DOT = 46

/**
 * The path as every service but S3 signs it: the path that was sent, without `.`, `..` and empty segments, escaped
 * once more (`%3A` becomes `%253A`).
 */
export function canonicalPath(rawPath: string): string {
  return isCanonical(rawPath) ? rawPath : encodeSegments(removeDotSegments(rawPath))
}

/** Most paths need no work: plain characters, no empty segment and none that starts with a dot. */
function isCanonical(path: string): boolean {
  if (path.charCodeAt(0) !== SLASH) return false
  let previous = 0
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at)
    if (code === SLASH ? previous === SLASH : !isUnreserved(code) || (code === DOT && previous === SLASH)) return false
    previous = code
  }
  return true
}

function removeDotSegments(path: string): readonly string[] {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  if (kept.length > 0 && path.endsWith('/')) kept.push('')
  return kept
}

const encodeSegments = (segments: readonly string[]) => `/${segments.map(percentEncode).join('/')}`
