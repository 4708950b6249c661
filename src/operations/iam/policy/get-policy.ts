import { describePolicy } from '../describe.ts'
import type { IamHandler } from '../handler.ts'
import { findPolicy } from './find-policy.ts'

export const getPolicy: IamHandler<'GetPolicy'> = async (input, context) => {
  const policy = await findPolicy(context, 'iam:GetPolicy', input.PolicyArn)
  const usage = await context.store.identities.managedPolicies.usage(context.caller.account)
  return { Policy: describePolicy(policy, usage.get(policy.arn)) }
}
