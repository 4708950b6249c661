import { isOfAccount, type Principal } from '../principal.ts'
import type { ApplicablePolicies } from './applicable-policies.ts'
import { accountInArn } from './arn-pattern.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { ALLOWED, type Decision, type ExplicitlyDenied, type PolicyKind } from './decision.ts'
import { type Grade, strongest } from './principal-pattern.ts'
import type { RequestContext } from './request-context.ts'
import { appliesTo, type Question } from './statement.ts'

/** Who wants to do what to which resource. */
export interface EvaluationRequest {
  readonly principal: Principal
  /** Such as `lambda:InvokeFunction`. */
  readonly action: string
  /** An ARN, or `*` for actions without a resource. */
  readonly resource: string
  /** Given where the ARN does not tell; else the account in the ARN, or the caller's own. */
  readonly resourceAccount?: string | undefined
  readonly context: RequestContext
}

/** AWS's order: an explicit denial anywhere, the organization, then the resource's side and the caller's. */
export function evaluate(request: EvaluationRequest, policies: ApplicablePolicies): Decision {
  const { principal } = request
  if (isRootAtHome(request)) return ALLOWED
  const question: Question = { ...request, action: request.action.toLowerCase() }
  const denied = findDenial(question, policies)
  if (denied) return denied
  const granted = policies.resource && grantOf(policies.resource, question)
  if (!isOfAccount(principal)) return isMoreThanDelegation(granted) ? ALLOWED : unallowed('resource-based policy')
  if (!(policies.serviceControl ?? []).every((policy) => isAllowedBy(policy, question)))
    return unallowed('service control policy')
  if (!granted && policies.resource?.mustAllow) return unallowed('resource-based policy')
  if (accountOf(request) !== principal.account)
    return granted ? evaluateCaller(question, policies) : unallowed('resource-based policy')
  if (granted === 'direct') return ALLOWED
  return isMoreThanDelegation(granted) ? evaluateLimits(question, policies) : evaluateCaller(question, policies)
}

/** The root user of an account may do everything in it. */
export function isRootAtHome(request: EvaluationRequest): boolean {
  return request.principal.kind === 'root' && accountOf(request) === request.principal.account
}

/** The caller's own side: something of it allows, and nothing that limits it fails to. */
function evaluateCaller(question: Question, policies: ApplicablePolicies): Decision {
  const isAllowed =
    question.principal.kind === 'root' || policies.identity.some((policy) => isAllowedBy(policy, question))
  return isAllowed ? evaluateLimits(question, policies) : unallowed('identity-based policy')
}

function evaluateLimits(question: Question, { permissionsBoundary, session }: ApplicablePolicies): Decision {
  if (permissionsBoundary && !isAllowedBy(permissionsBoundary, question)) return unallowed('permissions boundary')
  if (session && !session.some((policy) => isAllowedBy(policy, question))) return unallowed('session policy')
  return ALLOWED
}

function findDenial(question: Question, policies: ApplicablePolicies): ExplicitlyDenied | undefined {
  return (
    denialIn(policies.identity, 'identity-based policy', question) ??
    denialIn(listed(policies.resource), 'resource-based policy', question) ??
    denialIn(listed(policies.permissionsBoundary), 'permissions boundary', question) ??
    denialIn(policies.session ?? NONE, 'session policy', question) ??
    denialIn(policies.serviceControl ?? NONE, 'service control policy', question)
  )
}

const NONE: readonly CompiledPolicy[] = []
const listed = (policy: CompiledPolicy | undefined) => (policy ? [policy] : NONE)

function denialIn(
  policies: readonly CompiledPolicy[],
  by: PolicyKind,
  question: Question,
): ExplicitlyDenied | undefined {
  for (const policy of policies)
    for (const statement of policy.denies)
      if (appliesTo(statement, question)) return { kind: 'explicitly-denied', by, statement, policy: policy.name }
  return undefined
}

const isAllowedBy = (policy: CompiledPolicy, question: Question) =>
  policy.allows.some((statement) => appliesTo(statement, question) !== undefined)

/** Whether any statement of the policy applies, be it one that denies. */
export const isMatchedBy = ({ allows, denies }: CompiledPolicy, request: EvaluationRequest): boolean => {
  const question: Question = { ...request, action: request.action.toLowerCase() }
  return [...denies, ...allows].some((statement) => appliesTo(statement, question) !== undefined)
}

/** The best that a resource-based policy says of the principal. A statement that names nobody grants nobody anything. */
const grantOf = (policy: CompiledPolicy, question: Question): Grade | undefined =>
  strongest(policy.allows.map((statement) => statement.principals && appliesTo(statement, question)))

/** Naming an account only hands the decision to that account. */
const isMoreThanDelegation = (grade: Grade | undefined) => grade !== undefined && grade !== 'account'

const unallowed = (by: PolicyKind): Decision => ({ kind: 'implicitly-denied', by })

function accountOf({ resource, resourceAccount, principal }: EvaluationRequest): string | undefined {
  const own = isOfAccount(principal) ? principal.account : undefined
  const named = accountInArn(resource)
  // What is AWS's own, such as its managed policies, is as good as everybody's.
  return resourceAccount ?? (named === '' || named === 'aws' ? own : named)
}
