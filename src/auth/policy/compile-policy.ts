import { compileStatement, type PolicyPurpose } from './compile-statement.ts'
import { duplicateSid, notJson, syntaxError, wrongVersion } from './malformed-policy.ts'
import type { Statement } from './statement.ts'

/** A policy ready to be asked; immutable, made once when the document is written or loaded. */
export interface CompiledPolicy {
  readonly allows: readonly Statement[]
  readonly denies: readonly Statement[]
  /** Of a role's trust policy: without its consent nothing else counts, not even in the same account. */
  readonly mustAllow?: boolean
  /** Under which its owner knows it; for records, never for decisions. */
  readonly name?: string
}

const VERSIONS: readonly unknown[] = ['2012-10-17', '2008-10-17', undefined]

/**
 * Compiles a policy document, or throws MalformedPolicy.
 *
 *     compilePolicy('{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"lambda:*","Resource":"*"}}')
 */
export function compilePolicy(documentText: string, purpose: PolicyPurpose = 'identity'): CompiledPolicy {
  const { Version, Id, Statement, ...others } = parse(documentText)
  if (!VERSIONS.includes(Version)) throw wrongVersion()
  if (Object.keys(others).length > 0 || (Id !== undefined && typeof Id !== 'string')) throw syntaxError()
  const listed: readonly unknown[] = Array.isArray(Statement) ? Statement : [Statement]
  const statements = listed.map((statement) => compileStatement(asObject(statement), purpose, Version === '2012-10-17'))
  if (hasDuplicateSid(statements)) throw duplicateSid()
  return {
    allows: statements.filter(({ effect }) => effect === 'Allow'),
    denies: statements.filter(({ effect }) => effect === 'Deny'),
    ...(purpose === 'trust' && { mustAllow: true }),
  }
}

function parse(documentText: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(documentText))
  } catch (error) {
    throw error instanceof SyntaxError ? notJson() : error
  }
}

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw syntaxError()
  return { ...value }
}

function hasDuplicateSid(statements: readonly Statement[]): boolean {
  const sids = statements.map(({ sid }) => sid).filter(Boolean)
  return new Set(sids).size < sids.length
}
