import { compileCondition } from './condition.ts'
import { compileGlob, type Matcher, parseGlob } from './glob.ts'
import {
  actionWithoutVendor,
  allowsOthers,
  missingField,
  noActions,
  noResources,
  principalInIdentityPolicy,
  prohibitedField,
  resourceNotArn,
  syntaxError,
} from './malformed-policy.ts'
import { compilePattern, type Pattern } from './pattern.ts'
import { compilePrincipal, invert, type PrincipalPattern } from './principal-pattern.ts'
import type { ActionPattern, Effect, ResourcePattern, Statement } from './statement.ts'

/** What a policy is attached to decides what it must say: an identity, a resource, or a role as its trust policy. */
export type PolicyPurpose = 'identity' | 'resource' | 'trust'

const FIELDS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]

type Fields = Readonly<Record<string, unknown>>

export function compileStatement(fields: Fields, purpose: PolicyPurpose, variables: boolean): Statement {
  if (Object.keys(fields).some((field) => !FIELDS.includes(field))) throw syntaxError()
  return {
    sid: optionalText(fields.Sid),
    effect: effectOf(fields),
    principals: principalsOf(fields, purpose),
    actions: actionsOf(fields),
    resources: resourcesOf(fields, purpose, variables),
    conditions: fields.Condition === undefined ? [] : compileCondition(fields.Condition, variables),
  }
}

function effectOf({ Effect }: Fields): Effect {
  if (Effect !== 'Allow' && Effect !== 'Deny') throw syntaxError()
  return Effect
}

function principalsOf(fields: Fields, purpose: PolicyPurpose): PrincipalPattern | undefined {
  const [value, negated] = eitherOf(fields, 'Principal', 'NotPrincipal')
  if (purpose === 'identity') {
    if (value !== undefined) throw principalInIdentityPolicy()
    return undefined
  }
  if (value === undefined) throw missingField('Principal')
  if (negated && fields.Effect === 'Allow') throw allowsOthers()
  return negated ? invert(compilePrincipal(value)) : compilePrincipal(value)
}

function actionsOf(fields: Fields): ActionPattern {
  const [value, negated] = eitherOf(fields, 'Action', 'NotAction')
  const texts = textsOf(value)
  if (texts.length === 0) throw noActions()
  return { negated, matchers: texts.map(compileAction) }
}

/** Actions have no case and no variables. */
function compileAction(text: string): Matcher {
  if (text !== '*' && !/^[^:]+:.+$/s.test(text)) throw actionWithoutVendor()
  return compileGlob(parseGlob(text.toLowerCase()))
}

function resourcesOf(fields: Fields, purpose: PolicyPurpose, variables: boolean): ResourcePattern | undefined {
  const [value, negated] = eitherOf(fields, 'Resource', 'NotResource')
  if (purpose === 'trust') {
    if (value !== undefined) throw prohibitedField('Resource')
    return undefined
  }
  const texts = textsOf(value)
  if (texts.length === 0) throw noResources()
  return { negated, patterns: texts.map((text) => compileResource(text, variables)) }
}

function compileResource(text: string, variables: boolean): Pattern {
  if (text !== '*' && !text.startsWith('arn:') && !/^[*?$]/.test(text)) throw resourceNotArn(text)
  return compilePattern(text, { wildcards: true, variables }, compileGlob)
}

/** The one of two fields that exclude each other, and whether it is the second. */
function eitherOf(fields: Fields, plain: string, negated: string): readonly [unknown, boolean] {
  if (fields[plain] !== undefined && fields[negated] !== undefined) throw syntaxError()
  return fields[negated] === undefined ? [fields[plain], false] : [fields[negated], true]
}

function textsOf(value: unknown): readonly string[] {
  const listed: readonly unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value]
  return listed.map((one) => optionalText(one) ?? '')
}

function optionalText(value: unknown): string | undefined {
  if (value !== undefined && typeof value !== 'string') throw syntaxError()
  return value
}
