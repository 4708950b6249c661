import { type CompiledPolicy, compilePolicy, type PolicyPurpose } from '#auth'

/** A statement by itself, so that it can be told which of them decided. */
export interface SourceStatement {
  readonly sourceId: string
  readonly policy: CompiledPolicy
  readonly start: Position
  readonly end: Position
  /** Condition keys and variables, as spelled. */
  readonly keys: readonly string[]
  readonly size: StatementSize
}

/** What it costs to ask a statement. */
export interface StatementSize {
  /** Its texts, most of them patterns. */
  readonly texts: number
  readonly characters: number
  readonly variables: number
}

export interface Position {
  readonly Line: number
  readonly Column: number
}

interface Document {
  readonly Version?: string
  readonly Statement: unknown
}

/** The statements of a document that was found to be a policy. */
export function statementsOf(document: string, sourceId: string, purpose: PolicyPurpose): readonly SourceStatement[] {
  const { Version, Statement }: Document = JSON.parse(document)
  const positions = positionsOf(document)
  return [Statement].flat().map((statement, at) => ({
    sourceId,
    policy: compilePolicy(JSON.stringify({ Version, Statement: statement }), purpose),
    size: sizeOf(JSON.stringify(statement)),
    ...(positions[at] ?? { start: ORIGIN, end: ORIGIN }),
    keys: contextKeysIn(statement),
  }))
}

const sizeOf = (statement: string): StatementSize => ({
  texts: countOf(/"(?:[^"\\]|\\.)*"/g, statement),
  characters: statement.length,
  variables: countOf(/\$\{/g, statement),
})

const countOf = (expression: RegExp, text: string) => text.match(expression)?.length ?? 0

const ORIGIN: Position = { Line: 1, Column: 1 }

/** What a statement asks of the request: the keys of its conditions, and those of its variables. */
export function contextKeysIn(statement: unknown): readonly string[] {
  const { Condition = {}, ...others } = statement as { readonly Condition?: Readonly<Record<string, object>> }
  const ofConditions = Object.values(Condition).flatMap(Object.keys)
  const variables = JSON.stringify({ ...others, Condition }).matchAll(/\$\{\s*([A-Za-z][^,}]*?)\s*[,}]/g)
  return [...new Set([...ofConditions, ...Array.from(variables, ([, key = '']) => key)])]
}

/**
 * Where each statement stands, as IAM counts: from behind the bracket, comma or colon before it to behind its own end,
 * in lines and columns that begin at 1.
 */
function positionsOf(document: string): readonly { readonly start: Position; readonly end: Position }[] {
  const found: { start: Position; end: Position }[] = []
  let [depth, line, lineStart] = [0, 1, 0]
  let before = ORIGIN
  let start: Position | undefined
  /** The depth at which statements begin, once their key has been read. */
  let statements: number | undefined
  for (const { 0: token, index } of document.matchAll(TOKEN)) {
    const after = { Line: line, Column: index + token.length - lineStart + 1 }
    if (token === '\n') [line, lineStart] = [line + 1, index + 1]
    else if (token === '"Statement"' && depth === 1) statements = depth
    else if (token === '[' && statements === depth) statements = ++depth
    else if (token === '{' || token === '[') {
      if (token === '{' && statements === depth) start = before
      depth++
    } else if (token === '}' || token === ']') {
      depth--
      if (token === '}' && statements === depth && start) {
        found.push({ start, end: after })
        start = undefined
      } else if (statements !== undefined && depth < statements) statements = undefined
    }
    if ('{[:,'.includes(token)) before = after
  }
  return found
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,\n]/g
