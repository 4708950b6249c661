import { lambdaService, type Operation } from '#model'
import { decodePercent } from '../url.ts'

export interface Route {
  readonly operation: Operation
  /** The path's labels, percent-decoded once. */
  readonly labels: Readonly<Record<string, string>>
}

interface Template {
  readonly operation: Operation
  /** A literal segment, or the name of a label. */
  readonly segments: readonly { readonly literal?: string; readonly label?: string }[]
  /** `name=value` that the query must have, for the one path that is shared by two operations. */
  readonly query?: string
}

// Method, number of segments and the leading date leave at most a handful of templates to compare.
const templates = new Map<string, Template[]>()
for (const operation of Object.values(lambdaService.operations)) {
  const [path = '', query] = operation.path.split('?')
  const segments = pathSegments(path).map((segment) =>
    segment.startsWith('{') ? { label: segment.slice(1, -1) } : { literal: segment },
  )
  const key = templateKey(operation.method, segments.length, segments[0]?.literal)
  const template: Template = { operation, segments, ...(query && { query }) }
  // A template that asks for a query is tried before its plain twin.
  templates.set(key, query ? [template, ...(templates.get(key) ?? [])] : [...(templates.get(key) ?? []), template])
}

/** Method and path to operation, or undefined. A trailing slash is accepted. */
export function matchRoute(method: string, rawPath: string, rawQuery: string): Route | undefined {
  const parts = pathSegments(rawPath)
  const candidates = templates.get(templateKey(method, parts.length, parts[0]))
  const found = candidates?.find((template) => matches(template, parts, rawQuery))
  return found && { operation: found.operation, labels: labelsOf(found, parts) }
}

function matches({ segments, query }: Template, parts: readonly string[], rawQuery: string): boolean {
  if (query && !rawQuery.split('&').includes(query)) return false
  return segments.every(({ literal }, index) =>
    literal === undefined ? isValue(parts[index]) : literal === parts[index],
  )
}

/** Signatures leave out segments that say nothing, so that one request would have many paths if they were names. */
const isValue = (part: string | undefined) => part !== '' && part !== '.' && part !== '..'

function labelsOf({ segments }: Template, parts: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {}
  segments.forEach(({ label }, index) => {
    if (label) labels[label] = decodePercent(parts[index] ?? '')
  })
  return labels
}

function pathSegments(path: string): string[] {
  const end = path.endsWith('/') ? path.length - 1 : path.length
  return path.slice(1, end).split('/')
}

function templateKey(method: string, count: number, first: string | undefined): string {
  return `${method} ${count} ${first}`
}
