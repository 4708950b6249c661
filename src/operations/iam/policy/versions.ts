import { VERSIONS_PER_POLICY, versionId, versionNumber } from '#resources'
import { describeListedVersion, describeVersion } from '../describe.ts'
import { isDefaultVersion, policyNotFound, tooManyVersions, versionNotFound } from '../errors.ts'
import type { IamHandler } from '../handler.ts'
import { pageMembers, pageOf } from '../page.ts'
import { findOwnPolicy, findPolicy, versionsOf } from './find-policy.ts'
import { checkManagedDocument } from './managed-document.ts'

export const createPolicyVersion: IamHandler<'CreatePolicyVersion'> = async (input, context) => {
  const { clock, store } = context
  const policy = await findOwnPolicy(context, 'iam:CreatePolicyVersion', input.PolicyArn)
  checkManagedDocument(input.PolicyDocument)
  const isDefault = input.SetAsDefault ?? false
  const added = { document: input.PolicyDocument, createdMs: clock.now(), isDefault }
  const version = await store.identities.managedPolicies.addVersion(policy.arn, added, VERSIONS_PER_POLICY)
  if (version === 'not-found') throw policyNotFound(policy.arn)
  if (version === 'limit-exceeded') throw tooManyVersions(VERSIONS_PER_POLICY)
  const defaultVersion = isDefault ? version.number : policy.defaultVersion
  return { PolicyVersion: describeListedVersion({ ...policy, defaultVersion }, version) }
}

export const getPolicyVersion: IamHandler<'GetPolicyVersion'> = async (input, context) => {
  const policy = await findPolicy(context, 'iam:GetPolicyVersion', input.PolicyArn)
  const version = (await versionsOf(context, policy)).find(({ number }) => versionId(number) === input.VersionId)
  if (!version) throw versionNotFound(policy.arn, input.VersionId)
  return { PolicyVersion: describeVersion(policy, version) }
}

export const listPolicyVersions: IamHandler<'ListPolicyVersions'> = async (input, context) => {
  const policy = await findPolicy(context, 'iam:ListPolicyVersions', input.PolicyArn)
  const page = pageOf(await versionsOf(context, policy), input, ({ number }) => newestFirst(number))
  return { Versions: page.items.map((version) => describeListedVersion(policy, version)), ...pageMembers(page) }
}

export const deletePolicyVersion: IamHandler<'DeletePolicyVersion'> = async (input, context) => {
  const { arn } = await findOwnPolicy(context, 'iam:DeletePolicyVersion', input.PolicyArn)
  const number = versionNumber(input.VersionId)
  const { managedPolicies } = context.store.identities
  const outcome = number === undefined ? 'not-found' : await managedPolicies.deleteVersion(arn, number)
  if (outcome === 'is-default') throw isDefaultVersion()
  if (outcome === 'not-found') throw versionNotFound(arn, input.VersionId)
  return {}
}

export const setDefaultPolicyVersion: IamHandler<'SetDefaultPolicyVersion'> = async (input, context) => {
  const { arn } = await findOwnPolicy(context, 'iam:SetDefaultPolicyVersion', input.PolicyArn)
  const number = versionNumber(input.VersionId)
  const isSet = number !== undefined && (await context.store.identities.managedPolicies.setDefault(arn, number))
  if (!isSet) throw versionNotFound(arn, input.VersionId)
  return {}
}

/** A key that grows while the number falls. */
const newestFirst = (number: number) => String(1_000_000_000 - number).padStart(10, '0')
