import { compileGlob, type Glob, MANY, type Matcher } from './glob.ts'

const SEGMENTS = 6

/** For the Arn operators: each of the six parts between colons is matched by itself, so no wildcard reaches across. */
export function compileArnPattern(glob: Glob): Matcher {
  if (glob.length === 1 && glob[0] === MANY) return () => true
  const patterns = splitGlob(glob).map(compileGlob)
  if (patterns.length !== SEGMENTS) return () => false
  return (arn) => {
    const segments = splitArn(arn)
    return segments.length === SEGMENTS && patterns.every((matches, at) => matches(segments[at] ?? ''))
  }
}

/** The account of an ARN, or ''. Every request asks for it, so nothing else is taken apart. */
export function accountInArn(arn: string): string {
  let start = 0
  for (let colons = 0; colons < 4; colons++) {
    start = arn.indexOf(':', start) + 1
    if (start === 0) return ''
  }
  const end = arn.indexOf(':', start)
  return end < 0 ? '' : arn.slice(start, end)
}

/** `arn`, partition, service, region, account, and the rest with its colons. */
function splitArn(arn: string): readonly string[] {
  const parts = arn.split(':')
  return parts.length <= SEGMENTS ? parts : [...parts.slice(0, SEGMENTS - 1), parts.slice(SEGMENTS - 1).join(':')]
}

function splitGlob(glob: Glob): Glob[] {
  const segments: Glob[number][][] = [[]]
  for (const part of glob) {
    if (typeof part !== 'string') {
      segments.at(-1)?.push(part)
      continue
    }
    const [head = '', ...tail] = part.split(':')
    segments.at(-1)?.push(head)
    for (const piece of tail) {
      if (segments.length < SEGMENTS) segments.push([piece])
      else segments.at(-1)?.push(`:${piece}`)
    }
  }
  return segments
}
