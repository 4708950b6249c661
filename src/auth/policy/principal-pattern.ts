import type { Principal } from '../principal.ts'
import { invalidPrincipal, syntaxError } from './malformed-policy.ts'

/**
 * How a policy names somebody, strongest first: by the ARN that signed (`direct`), by its role, as one among everyone,
 * or only through its account, which leaves the decision to that account's own policies.
 */
export const GRADES = ['direct', 'role', 'everyone', 'account'] as const
export type Grade = (typeof GRADES)[number]

/** How the pattern names the principal, or undefined. */
export type PrincipalPattern = (principal: Principal) => Grade | undefined

/** Compiles `"*"` or `{ "AWS": …, "Service": …, "Federated": … }`. */
export function compilePrincipal(value: unknown): PrincipalPattern {
  if (value === '*') return () => 'everyone'
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw syntaxError()
  const patterns = Object.entries(value).flatMap(([kind, names]) =>
    asTexts(names).map((name) => compileOne(kind, name)),
  )
  return (principal) => strongest(patterns.map((pattern) => pattern(principal)))
}

/** Everybody whom the pattern does not name. */
export const invert =
  (pattern: PrincipalPattern): PrincipalPattern =>
  (principal) =>
    pattern(principal) === undefined ? 'everyone' : undefined

export const strongest = (grades: readonly (Grade | undefined)[]) => GRADES.find((grade) => grades.includes(grade))

function compileOne(kind: string, name: string): PrincipalPattern {
  switch (kind) {
    case 'AWS':
      return compileAws(name)
    case 'Service':
      return (principal) => (principal.kind === 'service' && principal.service === name ? 'direct' : undefined)
    case 'Federated':
    case 'CanonicalUser':
      return () => undefined
    default:
      throw invalidPrincipal(`"${kind}":"${name}"`)
  }
}

const ACCOUNT = /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/
const ARN = /^arn:[^:]+:(?:iam|sts)::\d{12}:.+$/
/** What IAM puts in the place of a principal that was deleted; nobody has it any more. */
const UNIQUE_ID = /^A[A-Z0-9]{15,}$/

function compileAws(name: string): PrincipalPattern {
  if (name === '*') return () => 'everyone'
  const account = ACCOUNT.exec(name)?.[1]
  if (account) return (principal) => ('account' in principal && principal.account === account ? 'account' : undefined)
  if (!ARN.test(name) && !UNIQUE_ID.test(name)) throw invalidPrincipal(`"AWS":"${name}"`)
  return (principal) => {
    if (!('arn' in principal)) return undefined
    if (principal.arn === name) return 'direct'
    return principal.roleArn === name ? 'role' : undefined
  }
}

function asTexts(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map((one: unknown) => {
    if (typeof one !== 'string') throw syntaxError()
    return one
  })
}
