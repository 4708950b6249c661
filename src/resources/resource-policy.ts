import { noSuchStatement, policyTooLong, statementExists } from './policy-errors.ts'

/** What a function, a version, an alias or a layer version allows others to do with it. Replaced as a whole. */
export interface ResourcePolicy {
  /** JSON; its `Statement` is a list. */
  readonly document: string
}

/** A statement as documents have it, in the order in which AWS writes its members. */
export interface PolicyStatement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Principal: PolicyPrincipal
  readonly Action: string
  readonly Resource: string
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export type PolicyPrincipal = '*' | { readonly AWS: string } | { readonly Service: string }

/** Of a document that anybody wrote, only what is looked at here. */
interface AnyStatement {
  readonly Sid?: string
  readonly Principal?: unknown
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

interface PolicyDocument {
  readonly Version?: string
  readonly Id?: string
  readonly Statement: readonly AnyStatement[]
}

// AWS's limit of a document, in bytes of JSON without blanks.
const LIMIT_BYTES = 20_480

export function addStatement(policy: ResourcePolicy | undefined, statement: PolicyStatement): ResourcePolicy {
  const document = policy ? parse(policy) : { Version: '2012-10-17', Id: 'default', Statement: [] }
  if (document.Statement.some(({ Sid }) => Sid === statement.Sid)) throw statementExists(statement.Sid)
  return write({ ...document, Statement: [...document.Statement, statement] })
}

/** The policy without the statement; undefined when it was the last one. */
export function removeStatement(policy: ResourcePolicy, sid: string): ResourcePolicy | undefined {
  const document = parse(policy)
  const Statement = document.Statement.filter(({ Sid }) => Sid !== sid)
  if (Statement.length === document.Statement.length) throw noSuchStatement(sid)
  return Statement.length === 0 ? undefined : write({ ...document, Statement })
}

/** A policy of a text that was found to be one. */
export function resourcePolicy(documentText: string): ResourcePolicy {
  const document: PolicyDocument = JSON.parse(documentText)
  return write({ ...document, Statement: [document.Statement].flat() })
}

/** Everybody whom the statements name, or the one statement of this `Sid`. */
export function principalsIn(policy: ResourcePolicy, sid?: string): readonly string[] {
  const names = statementsOf(policy, sid).flatMap(({ Principal }) =>
    typeof Principal === 'object' && Principal !== null ? Object.values(Principal).flat() : [Principal],
  )
  return names.filter((name) => typeof name === 'string')
}

/** The values of a condition key, whatever its operator, in the one statement of this `Sid`. */
export function conditionValuesIn(policy: ResourcePolicy, sid: string, key: string): readonly string[] {
  const conditions = statementsOf(policy, sid).flatMap(({ Condition = {} }) => Object.values(Condition))
  return conditions.flatMap((keys) => [keys[key]].flat()).filter((value) => typeof value === 'string')
}

function statementsOf(policy: ResourcePolicy, sid: string | undefined): readonly AnyStatement[] {
  const { Statement } = parse(policy)
  return sid === undefined ? Statement : Statement.filter(({ Sid }) => Sid === sid)
}

const parse = ({ document }: ResourcePolicy): PolicyDocument => JSON.parse(document)

function write(document: PolicyDocument): ResourcePolicy {
  const text = JSON.stringify(document)
  const bytes = Buffer.byteLength(text)
  if (bytes > LIMIT_BYTES) throw policyTooLong(bytes, LIMIT_BYTES)
  return { document: text }
}
