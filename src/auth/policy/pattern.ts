import { type Glob, MANY, type Matcher, ONE } from './glob.ts'
import type { RequestContext } from './request-context.ts'

/** A text of a policy, with its wildcards and policy variables. */
export interface Pattern {
  matches(value: string, context: RequestContext): boolean
  /** Whether every variable has a value; a pattern with one that has none matches nothing. */
  isResolved(context: RequestContext): boolean
}

export interface PatternSyntax {
  /** Whether `*` and `?` are wildcards. */
  readonly wildcards: boolean
  /** Whether `${…}` is replaced: from version 2012-10-17 on. */
  readonly variables: boolean
}

/** `toMatcher` runs once for a pattern without variables, else once for each value it is asked about. */
export function compilePattern(text: string, syntax: PatternSyntax, toMatcher: (glob: Glob) => Matcher): Pattern {
  const template = parseTemplate(text, syntax)
  if (isConstant(template)) {
    const matches = toMatcher(template)
    return { matches: (value) => matches(value), isResolved: () => true }
  }
  return {
    matches: (value, context) => {
      const glob = resolve(template, context)
      return glob !== undefined && canMatch(glob, value) && toMatcher(glob)(value)
    },
    isResolved: (context) => resolve(template, context) !== undefined,
  }
}

// What lower case makes of one character at most.
const GROWTH = 3

/** Before anything is made of it: a thousand variables with a long value are an enormous pattern of a short document. */
function canMatch(glob: Glob, value: string): boolean {
  let least = 0
  for (const part of glob) least += typeof part === 'string' ? part.length : part === ONE ? 1 : 0
  return least <= value.length * GROWTH
}

/** `${key}` or `${key, 'default'}`. */
interface Variable {
  /** In lower case. */
  readonly key: string
  readonly otherwise: string | undefined
}

type Template = readonly (Glob[number] | Variable)[]

const isConstant = (template: Template): template is Glob => !template.some((part) => typeof part === 'object')

/** A value is taken literally: a `*` in a tag is no wildcard. Several values are as good as none. */
function resolve(template: Template, context: RequestContext): Glob | undefined {
  const glob: Glob[number][] = []
  for (const part of template) {
    const value = typeof part === 'object' ? valueIn(part, context) : part
    if (value === undefined) return undefined
    glob.push(value)
  }
  return glob
}

function valueIn({ key, otherwise }: Variable, context: RequestContext): string | undefined {
  const value = context.get(key)
  return typeof value === 'string' ? value : otherwise
}

const VARIABLE_OR_WILDCARD = /\$\{([^}]*)\}|[*?]/g
const WITH_DEFAULT = /^([^,]*?)\s*,\s*'(.*)'$/s

function parseTemplate(text: string, { wildcards, variables }: PatternSyntax): Template {
  const template: Template[number][] = []
  let end = 0
  for (const match of text.matchAll(VARIABLE_OR_WILDCARD)) {
    const [found, inside] = match
    const part = inside === undefined ? wildcards && wildcardOf(found) : variables && parseVariable(inside)
    if (part === false) continue
    if (match.index > end) template.push(text.slice(end, match.index))
    template.push(part)
    end = match.index + found.length
  }
  if (end < text.length) template.push(text.slice(end))
  return template
}

const wildcardOf = (character: string) => (character === '*' ? MANY : ONE)

/** `${*}`, `${?}` and `${$}` are the characters themselves. */
function parseVariable(inside: string): string | Variable {
  const name = inside.trim()
  if (name === '*' || name === '?' || name === '$') return name
  const [, key = name, otherwise] = WITH_DEFAULT.exec(name) ?? []
  return { key: key.toLowerCase(), otherwise }
}
