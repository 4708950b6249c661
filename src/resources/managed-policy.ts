import { awsManagedPolicies } from './aws-managed-policies.ts'
import type { Tags } from './function.ts'
import { principalArn } from './identity.ts'

/** A policy that stands by itself and is attached to users, groups and roles, or limits users and roles. */
export interface ManagedPolicy {
  readonly arn: string
  /** `aws` for those that AWS manages. */
  readonly account: string
  readonly name: string
  readonly path: string
  /** `ANPA...` */
  readonly id: string
  readonly description?: string | undefined
  readonly tags?: Tags | undefined
  readonly createdMs: number
  /** When a version was last added. */
  readonly updatedMs: number
  readonly defaultVersion: number
}

export interface PolicyVersion {
  /** `v1` is 1; numbers are not used again. */
  readonly number: number
  readonly document: string
  readonly createdMs: number
}

/** How many users, groups and roles use a policy, and how many it limits. */
export interface PolicyUsage {
  readonly attachments: number
  readonly boundaries: number
}

// AWS's quota; tools that keep a history delete the oldest version before they add one.
export const VERSIONS_PER_POLICY = 5

export const versionId = (number: number): string => `v${number}`

/** Undefined for what is no version's id. */
export const versionNumber = (id: string): number | undefined => {
  const digits = /^v([1-9]\d{0,8})$/.exec(id)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

const AWS_MANAGED = /^arn:[^:]+:iam::aws:policy(\/.*)$/

export const isAwsManaged = (arn: string): boolean => AWS_MANAGED.test(arn)

/** Those of AWS's own policies that are known here, by the end of their ARN. */
const byPathAndName = new Map(awsManagedPolicies.map((policy) => [`${policy.path}${policy.name}`, policy]))

export interface AwsManagedPolicy extends ManagedPolicy {
  readonly document: string
}

export function findAwsManaged(arn: string): AwsManagedPolicy | undefined {
  const found = byPathAndName.get(AWS_MANAGED.exec(arn)?.[1] ?? '')
  return found && { ...found, arn }
}

export const listAwsManaged = (partition: string): readonly AwsManagedPolicy[] =>
  awsManagedPolicies.map((policy) => ({ ...policy, arn: principalArn(partition, 'policy', policy) }))
