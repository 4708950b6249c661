import type { Principal } from '../principal.ts'
import type { ConditionTest } from './condition.ts'
import type { Matcher } from './glob.ts'
import type { Pattern } from './pattern.ts'
import type { Grade, PrincipalPattern } from './principal-pattern.ts'
import { emptyContext, type RequestContext } from './request-context.ts'

export type Effect = 'Allow' | 'Deny'

/** A statement of a policy, compiled. */
export interface Statement {
  readonly sid: string | undefined
  readonly effect: Effect
  readonly actions: ActionPattern
  /** Undefined in trust policies, which belong to one role. */
  readonly resources: ResourcePattern | undefined
  /** Undefined in policies of an identity, which are about whoever has them. */
  readonly principals: PrincipalPattern | undefined
  readonly conditions: readonly ConditionTest[]
}

/** Action or NotAction; the matchers take lower case. */
export interface ActionPattern {
  readonly negated: boolean
  readonly matchers: readonly Matcher[]
}

/** Resource or NotResource. */
export interface ResourcePattern {
  readonly negated: boolean
  readonly patterns: readonly Pattern[]
}

/** What is asked of a policy. */
export interface Question {
  readonly principal: Principal
  /** In lower case. */
  readonly action: string
  readonly resource: string
  readonly context: RequestContext
}

/** How the statement speaks of the principal if it applies, else undefined. Conditions come last: they read the context. */
export function appliesTo(statement: Statement, question: Question): Grade | undefined {
  if (!matchesAction(statement.actions, question.action)) return undefined
  const grade = statement.principals ? statement.principals(question.principal) : 'direct'
  if (!grade || !matchesResource(statement, question)) return undefined
  return statement.conditions.every((holds) => holds(question.context)) ? grade : undefined
}

/** Whether the statement may ever be about this resource: a variable may have any value. */
export function canBeAbout({ resources }: Statement, resource: string): boolean {
  if (!resources || resources.negated) return true
  return resources.patterns.some(
    (pattern) => !pattern.isResolved(emptyContext) || pattern.matches(resource, emptyContext),
  )
}

function matchesAction({ negated, matchers }: ActionPattern, action: string): boolean {
  for (const matches of matchers) if (matches(action)) return !negated
  return negated
}

/** An exception that cannot be resolved excepts nothing from a Deny, and makes an Allow void. */
function matchesResource({ resources, effect }: Statement, { resource, context }: Question): boolean {
  if (!resources) return true
  const { negated, patterns } = resources
  for (const pattern of patterns) if (pattern.matches(resource, context)) return !negated
  return negated && (effect === 'Deny' || patterns.every((pattern) => pattern.isResolved(context)))
}
