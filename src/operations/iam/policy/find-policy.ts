import { findAwsManaged, isAwsManaged, type ManagedPolicy, type PolicyVersion } from '#resources'
import { checkPolicyArn } from '../attached-policies.ts'
import { foreignPolicy, policyNotFound } from '../errors.ts'
import { resourceTagKeys } from '../find-principal.ts'
import type { IamContext } from '../handler.ts'

type Action = `iam:${string}`

/** The policy of this ARN, of the caller's account or AWS's own, if the caller may do `action` to it. */
export async function findPolicy(context: IamContext, action: Action, arn: string): Promise<ManagedPolicy> {
  const { authorize, caller, store } = context
  checkPolicyArn(arn)
  const policy = findAwsManaged(arn) ?? (await store.identities.managedPolicies.find(arn))
  const own = policy?.account === caller.account || policy?.account === 'aws' ? policy : undefined
  authorize(action, arn, resourceTagKeys(own?.tags))
  if (!own) throw policyNotFound(arn)
  return own
}

/** As `findPolicy`, for what changes the policy. */
export function findOwnPolicy(context: IamContext, action: Action, arn: string): Promise<ManagedPolicy> {
  if (!isAwsManaged(arn)) return findPolicy(context, action, arn)
  context.authorize(action, arn)
  throw foreignPolicy()
}

/** Newest first. */
export async function versionsOf({ store }: IamContext, policy: ManagedPolicy): Promise<readonly PolicyVersion[]> {
  const aws = findAwsManaged(policy.arn)
  if (!aws) return store.identities.managedPolicies.listVersions(policy.arn)
  return [{ number: aws.defaultVersion, document: aws.document, createdMs: aws.createdMs }]
}
