import { simulationTooLarge } from '../errors.ts'
import type { Scenario } from './simulate.ts'
import type { SourceStatement } from './statements.ts'

// What is answered at most: some tens of megabytes.
const MAX_COMPARISONS = 200_000
// Characters read for one question, between which nobody else is served: some tenths of a second.
const MAX_QUESTION = 100_000_000
// Characters read for all of them: some seconds.
const MAX_SIMULATION = 2_000_000_000

/** Throws if it would take too long to ask all statements about all actions and resources. */
export function expectAffordable(scenario: Scenario, actions: readonly string[], arns: readonly string[]): void {
  const { identity, boundary = [], resource } = scenario
  const statements = [...identity, ...boundary, ...resource]
  const questions = actions.length * Math.max(arns.length, 1)
  const longest = longestText(scenario, actions, arns)
  const each = statements.reduce((sum, statement) => sum + charactersRead(statement, longest), 0)
  if (questions * statements.length > MAX_COMPARISONS || each > MAX_QUESTION || questions * each > MAX_SIMULATION)
    throw simulationTooLarge()
}

/** Every text of the policy meets one of the request, and 32 characters of a pattern are compared at once. */
function charactersRead({ size: { texts, characters, variables } }: SourceStatement, longest: number): number {
  const expanded = characters + variables * longest
  return expanded + longest * (texts + expanded / 32)
}

/** The longest that patterns may meet: an action, a resource, or the values of a condition key. */
function longestText({ context }: Scenario, actions: readonly string[], arns: readonly string[]): number {
  const ofKeys = Array.from(context.values(), (value) => [value].flat().join(' '))
  return [...ofKeys, ...arns, ...actions].reduce((longest, { length }) => Math.max(longest, length), 1)
}
