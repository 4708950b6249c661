import type { iam } from '#model'
import { simulationTooLarge } from '../errors.ts'
import { DEFAULT_ITEMS, pageMembers, pageOf } from '../page.ts'
import { type Outcome, type Scenario, simulate } from './simulate.ts'

type Input = Pick<iam.SimulateCustomPolicyRequest, 'ActionNames' | 'ResourceArns' | 'Marker' | 'MaxItems'>

// Statements asked; some tenths of a second.
const MAX_COMPARISONS = 200_000

/** One result for each action; those on named resources are told one by one inside. */
export function answer(scenario: Scenario, input: Input): iam.SimulatePolicyResponse {
  const { identity, boundary = [], resource } = scenario
  const statements = identity.length + boundary.length + resource.length
  const questions =
    Math.min(input.ActionNames.length, input.MaxItems ?? DEFAULT_ITEMS) * (input.ResourceArns?.length ?? 1)
  if (questions * statements > MAX_COMPARISONS) throw simulationTooLarge()
  const numbered = input.ActionNames.map((action, at) => ({ action, at }))
  const page = pageOf(numbered, input, ({ at }) => String(at).padStart(6, '0'))
  return {
    EvaluationResults: page.items.map(({ action }) => evaluateAction(scenario, action, input.ResourceArns ?? [])),
    ...pageMembers(page),
  }
}

function evaluateAction(scenario: Scenario, action: string, arns: readonly string[]): iam.EvaluationResult {
  const resources = arns.length === 0 ? ['*'] : arns
  const outcomes = resources.map((resource) => ({ resource, outcome: simulate(scenario, action, resource) }))
  const worst = WORST_FIRST.map((word) => outcomes.find(({ outcome }) => outcome.decision === word)).find(Boolean)
  const { outcome } = worst ?? { outcome: simulate(scenario, action, '*') }
  return {
    EvalActionName: action,
    EvalResourceName: resources.length === 1 ? resources[0] : '*',
    EvalDecision: outcome.decision,
    ...details(outcome),
    MissingContextValues: arns.length === 0 ? outcome.missing : [],
    ...(arns.length > 0 && {
      ResourceSpecificResults: outcomes.map(({ resource, outcome: specific }) => ({
        EvalResourceName: resource,
        EvalResourceDecision: specific.decision,
        ...details(specific),
        MissingContextValues: specific.missing,
      })),
    }),
  }
}

const WORST_FIRST: readonly Outcome['decision'][] = ['explicitDeny', 'implicitDeny', 'allowed']

const details = ({ matched, allowedByBoundary }: Outcome) => ({
  MatchedStatements: matched,
  ...(allowedByBoundary !== undefined && {
    PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: allowedByBoundary },
  }),
})
