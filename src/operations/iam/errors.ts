import { accessDeniedException, iamErrors, validationException } from '#model'
import type { PrincipalKind } from '#resources'
import type { Dependent } from '#store'

// IAM's sentences, one maker for each situation.

const notFound = (message: string) => new iamErrors.NoSuchEntityException({ message })

export const principalNotFound = (kind: PrincipalKind, name: string) =>
  notFound(`The ${kind} with name ${name} cannot be found.`)
export const accessKeyNotFound = (id: string) => notFound(`The Access Key with id ${id} cannot be found.`)
export const inlinePolicyNotFound = (kind: PrincipalKind, name: string) =>
  notFound(`The ${kind} policy with name ${name} cannot be found.`)
export const policyNotFound = (arn: string) => notFound(`Policy ${arn} was not found.`)
export const policyNotAttachable = (arn: string) => notFound(`Policy ${arn} does not exist or is not attachable.`)
export const versionNotFound = (arn: string, version: string) =>
  notFound(`Policy ${arn} version ${version} does not exist or is not attachable.`)
export const notAMember = (userName: string, groupName: string) =>
  notFound(`User ${userName} not in group ${groupName}`)
export const loginProfileNotFound = (userName: string) =>
  notFound(`Login Profile for User ${userName} cannot be found.`)

const alreadyExists = (message: string) => new iamErrors.EntityAlreadyExistsException({ message })

const WORDS: Readonly<Record<PrincipalKind, string>> = { user: 'User', group: 'Group', role: 'Role' }

export const principalExists = (kind: PrincipalKind, name: string) =>
  alreadyExists(`${WORDS[kind]} with name ${name} already exists.`)
export const policyExists = (name: string) =>
  alreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`)

const deleteConflict = (message: string) => new iamErrors.DeleteConflictException({ message })

const FIRST: Readonly<Record<Dependent, string>> = {
  membership: 'remove users from group',
  'access-key': 'delete access keys',
  'attached-policy': 'detach all policies',
  'inline-policy': 'delete policies',
}

/** Users, groups and roles are deleted when nothing belongs to them any more. */
export const hasDependents = (dependent: Dependent) =>
  deleteConflict(`Cannot delete entity, must ${FIRST[dependent]} first.`)
export const policyIsAttached = () => deleteConflict('Cannot delete a policy attached to entities.')
export const policyHasVersions = () =>
  deleteConflict(
    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
  )
export const isDefaultVersion = () => deleteConflict('Cannot delete the default version of a policy.')

export const malformedPolicy = (message: string) => new iamErrors.MalformedPolicyDocumentException({ message })

const limitExceeded = (message: string) => new iamErrors.LimitExceededException({ message })

export const quotaExceeded = (quota: string, limit: number) =>
  limitExceeded(`Cannot exceed quota for ${quota}: ${limit}`)
export const policiesTooLarge = (limitBytes: number, kind: PrincipalKind, ownerName: string) =>
  limitExceeded(`Maximum policy size of ${limitBytes} bytes exceeded for ${kind} ${ownerName}`)
export const tooManyVersions = (limit: number) =>
  limitExceeded(
    `A managed policy can have up to ${limit} versions. Before you create a new version, you must delete an existing version.`,
  )
export const tooManyTags = () => limitExceeded('The number of tags has reached the maximum limit.')

const invalidInput = (message: string) => new iamErrors.InvalidInputException({ message })

export const duplicateTags = () =>
  invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.')
export const invalidArn = (arn: string) => invalidInput(`ARN ${arn} is not valid.`)
export const simulationTooLarge = () =>
  invalidInput('The simulation is too large: ask about fewer actions or resources at a time.')

export const foreignPolicy = () => accessDeniedException('Policy is outside your own account.')
export const invalidMarker = () => validationException('Invalid Marker.')
export const userNameRequired = () =>
  validationException('Must specify userName when calling with non-User credentials')
