import type { Tags } from './function.ts'

/** What users, roles and groups have in common. */
export interface Principal {
  readonly account: string
  readonly name: string
  readonly path: string
  /** AWS's unique id; a principal of the same name that is made later has another. */
  readonly id: string
  readonly createdMs: number
}

/** An IAM user; its id is `AIDA...`. */
export interface User extends Principal {
  readonly tags?: Tags | undefined
  /** The ARN of a managed policy. */
  readonly permissionsBoundary?: string | undefined
}

/** `AGPA...` */
export type Group = Principal

/** `AROA...` */
export interface Role extends Principal {
  readonly description?: string | undefined
  readonly trustPolicy: string
  readonly maxSessionSeconds: number
  readonly tags?: Tags | undefined
  readonly permissionsBoundary?: string | undefined
}

export type PrincipalKind = 'user' | 'group' | 'role'

export interface AccessKey {
  /** `AKIA...` */
  readonly id: string
  readonly account: string
  readonly secret: string
  readonly userId: string
  readonly status: 'Active' | 'Inactive'
  readonly createdMs: number
}

/** When and for what an access key, or a role, was last used. */
export interface LastUse {
  readonly usedMs: number
  /** As in a credential scope, such as `lambda`. */
  readonly service: string
  readonly region: string
}

type Named = Pick<Principal, 'account' | 'path' | 'name'>

export const principalArn = (
  partition: string,
  kind: PrincipalKind | 'policy',
  { account, path, name }: Named,
): string => `arn:${partition}:iam::${account}:${kind}${path}${name}`

export const roleArn = (partition: string, role: Named): string => principalArn(partition, 'role', role)

/** The name in a role's ARN: what follows the path. */
export const roleNameIn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)

/** A policy document embedded in a user, a group or a role. */
export interface InlinePolicy {
  readonly name: string
  readonly document: string
}

/** One page of a list: `next` is absent on the last page. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next?: string
}
