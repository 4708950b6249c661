import {
  type ApplicablePolicies,
  type CompiledPolicy,
  type ContextValue,
  type Decision,
  evaluate,
  isMatchedBy,
  type Principal,
  type RequestContext,
} from '#auth'
import type { iam } from '#model'
import type { SourceStatement } from './statements.ts'

/** Everything that has a say in a simulation. */
export interface Scenario {
  readonly principal: Principal
  readonly identity: readonly SourceStatement[]
  /** Undefined without a boundary. */
  readonly boundary: readonly SourceStatement[] | undefined
  readonly resource: readonly SourceStatement[]
  /** By condition key in lower case. */
  readonly context: ReadonlyMap<string, ContextValue>
  /** The account of the resources. */
  readonly resourceAccount: string | undefined
}

/** What the policies say about one action on one resource. */
export interface Outcome {
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny'
  readonly matched: readonly iam.Statement[]
  readonly missing: readonly string[]
  readonly allowedByBoundary: boolean | undefined
}

/** Asks the evaluator that requests are authorized with, once for the answer and once for each statement. */
export function simulate(scenario: Scenario, action: string, resource: string): Outcome {
  const { principal, identity, boundary, resource: resourceStatements, resourceAccount } = scenario
  const { context } = scenario
  const request = { principal, action, resource, resourceAccount, context }
  const decision = evaluate(request, policiesOf(scenario))
  const all = [...identity, ...(boundary ?? []), ...resourceStatements]
  const isAsked = (statement: SourceStatement) => isMatchedBy(statement.policy, request)
  const matching = all.filter((statement) => isAsked(statement) && isDecisive(statement.policy, decision))
  const limits = boundary && { identity: boundary.map(({ policy }) => policy) }
  return {
    decision: WORDS[decision.kind],
    matched: matching.filter((statement) => !boundary?.includes(statement)).map(describeStatement),
    missing: missingKeys(scenario, all, action, resource),
    allowedByBoundary: limits && evaluate(request, limits).kind === 'allowed',
  }
}

const WORDS = {
  allowed: 'allowed',
  'explicitly-denied': 'explicitDeny',
  'implicitly-denied': 'implicitDeny',
} as const satisfies Readonly<Record<Decision['kind'], Outcome['decision']>>

/** Denials decide alone; without one, whatever allows does. */
const isDecisive = ({ allows, denies }: CompiledPolicy, { kind }: Decision) =>
  kind === 'explicitly-denied' ? denies.length > 0 : kind === 'allowed' && allows.length > 0

function policiesOf({ identity, boundary, resource }: Scenario): ApplicablePolicies {
  return {
    identity: identity.map(({ policy }) => policy),
    ...(boundary && { permissionsBoundary: joined(boundary) }),
    ...(resource.length > 0 && { resource: joined(resource) }),
  }
}

const joined = (statements: readonly SourceStatement[]): CompiledPolicy => ({
  allows: statements.flatMap(({ policy }) => policy.allows),
  denies: statements.flatMap(({ policy }) => policy.denies),
})

/** The keys of the statements that may be about the request and that nobody gave a value for. */
function missingKeys(scenario: Scenario, statements: readonly SourceStatement[], action: string, resource: string) {
  const given = scenario.context
  const missing = statements.flatMap(({ policy, keys }) => {
    let wasAsked = false
    const asked: RequestContext = {
      get: (key) => {
        wasAsked = true
        return given.get(key)
      },
    }
    isMatchedBy(policy, { principal: scenario.principal, action, resource, context: asked })
    return wasAsked ? keys.filter((key) => given.get(key.toLowerCase()) === undefined) : []
  })
  return [...new Set(missing)]
}

const describeStatement = ({ sourceId, start, end }: SourceStatement): iam.Statement => ({
  SourcePolicyId: sourceId,
  // Whatever the model lists, AWS answers this.
  SourcePolicyType: sourceId === RESOURCE_POLICY ? 'Resource Policy' : 'IAM Policy',
  StartPosition: start,
  EndPosition: end,
})

export const RESOURCE_POLICY = 'ResourcePolicy'
