import { setImmediate } from 'node:timers/promises'
import type { iam } from '#model'
import { pageMembers, pageOf } from '../page.ts'
import { expectAffordable } from './affordable.ts'
import { type Outcome, type Scenario, simulate } from './simulate.ts'

type Input = Pick<iam.SimulateCustomPolicyRequest, 'ActionNames' | 'ResourceArns' | 'Marker' | 'MaxItems'>

/** One result for each action; those on named resources are told one by one inside. */
export async function answer(scenario: Scenario, input: Input): Promise<iam.SimulatePolicyResponse> {
  const numbered = input.ActionNames.map((action, at) => ({ action, at }))
  const page = pageOf(numbered, input, ({ at }) => String(at).padStart(6, '0'))
  const actions = page.items.map(({ action }) => action)
  const arns = input.ResourceArns ?? []
  expectAffordable(scenario, actions, arns)
  const results: iam.EvaluationResult[] = []
  for (const action of actions) results.push(await evaluateAction(scenario, action, arns))
  return { EvaluationResults: results, ...pageMembers(page) }
}

async function evaluateAction(
  scenario: Scenario,
  action: string,
  arns: readonly string[],
): Promise<iam.EvaluationResult> {
  const resources = arns.length === 0 ? ['*'] : arns
  const outcomes: { readonly resource: string; readonly outcome: Outcome }[] = []
  for (const resource of resources) {
    outcomes.push({ resource, outcome: simulate(scenario, action, resource) })
    // Other requests come between two questions.
    await setImmediate()
  }
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
