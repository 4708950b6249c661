import type { IamHandler } from '../handler.ts'
import { answer } from './answer.ts'
import { findPolicySource, grantedStatements } from './policy-source.ts'
import { inputStatements, scenarioOf } from './scenario.ts'

export const simulatePrincipalPolicy: IamHandler<'SimulatePrincipalPolicy'> = async (input, context) => {
  const source = await findPolicySource(context, 'iam:SimulatePrincipalPolicy', input.PolicySourceArn)
  const { policies, boundary } = source.grants
  const identity = [...grantedStatements(policies), ...inputStatements(input.PolicyInputList)]
  // The one whose policies are simulated asks, unless the request names somebody else.
  const caller = input.CallerArn === undefined ? source.caller : { ...source.caller, arn: input.CallerArn }
  const CallerArn = input.CallerArn ?? source.caller.arn
  return answer(scenarioOf({ ...input, CallerArn }, caller, identity, boundary && grantedStatements([boundary])), input)
}
