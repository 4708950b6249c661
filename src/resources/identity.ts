/** An IAM user. */
export interface User {
  readonly account: string
  readonly name: string
  readonly path: string
  /** AWS's unique id, `AIDA...`. */
  readonly id: string
  readonly createdMs: number
}

export interface AccessKey {
  /** `AKIA...` */
  readonly id: string
  readonly account: string
  readonly secret: string
  readonly userName: string
  readonly status: 'Active' | 'Inactive'
  readonly createdMs: number
}

export interface Role {
  readonly account: string
  readonly name: string
  readonly path: string
  /** `AROA...` */
  readonly id: string
  readonly description?: string
  readonly trustPolicy: string
  readonly maxSessionSeconds: number
  readonly createdMs: number
}

export const roleArn = (partition: string, { account, path, name }: Pick<Role, 'account' | 'path' | 'name'>): string =>
  `arn:${partition}:iam::${account}:role${path}${name}`

/** The name in a role's ARN: what follows the path. */
export const roleNameIn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)

/** A policy document embedded in a user or a role. */
export interface InlinePolicy {
  readonly account: string
  readonly ownerKind: 'user' | 'role'
  readonly ownerName: string
  readonly name: string
  readonly document: string
}

/** One page of a list: `next` is absent on the last page. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next?: string
}
