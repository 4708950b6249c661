import { policyHasVersions, policyIsAttached, policyNotFound } from '../errors.ts'
import type { IamHandler } from '../handler.ts'
import { findOwnPolicy } from './find-policy.ts'

export const deletePolicy: IamHandler<'DeletePolicy'> = async (input, context) => {
  const { arn } = await findOwnPolicy(context, 'iam:DeletePolicy', input.PolicyArn)
  const outcome = await context.store.identities.managedPolicies.delete(arn)
  if (outcome === 'attached') throw policyIsAttached()
  if (outcome === 'has-versions') throw policyHasVersions()
  if (outcome === 'not-found') throw policyNotFound(arn)
  return {}
}
