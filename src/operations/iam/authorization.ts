import type { Caller } from '#auth'
import type { IamOperations } from '#model'
import { roleArn, userArn } from './arns.ts'

interface Scope {
  readonly account: string
  readonly partition: string
  readonly caller: Caller
}

interface Question {
  readonly action: `iam:${string}`
  readonly resource: string
}

type Authorization = {
  readonly [Name in keyof IamOperations]: (input: IamOperations[Name]['input'], scope: Scope) => Question | undefined
}

/**
 * What a user or role is called in a policy depends on its path and on the spelling of its name, which only its record
 * has. So the operation asks, with `findUser` or `findRole`, before it does anything else.
 */
const askedWhenFound = () => undefined

/** Every operation: what is asked before it begins. */
export const iamAuthorization: Authorization = {
  CreateUser: ({ UserName, Path = '/' }, { account, partition }) => ({
    action: 'iam:CreateUser',
    resource: userArn(partition, { account, path: Path, name: UserName }),
  }),
  GetUser: askedWhenFound,
  ListUsers: ({ PathPrefix = '/' }, { account, partition }) => ({
    action: 'iam:ListUsers',
    resource: userArn(partition, { account, path: PathPrefix, name: '' }),
  }),
  DeleteUser: askedWhenFound,
  CreateAccessKey: askedWhenFound,
  ListAccessKeys: askedWhenFound,
  UpdateAccessKey: askedWhenFound,
  DeleteAccessKey: askedWhenFound,
  PutUserPolicy: askedWhenFound,
  GetUserPolicy: askedWhenFound,
  ListUserPolicies: askedWhenFound,
  DeleteUserPolicy: askedWhenFound,
  CreateRole: ({ RoleName, Path = '/' }, { account, partition }) => ({
    action: 'iam:CreateRole',
    resource: roleArn(partition, { account, path: Path, name: RoleName }),
  }),
  GetRole: askedWhenFound,
  ListRoles: ({ PathPrefix = '/' }, { account, partition }) => ({
    action: 'iam:ListRoles',
    resource: roleArn(partition, { account, path: PathPrefix, name: '' }),
  }),
  DeleteRole: askedWhenFound,
  UpdateAssumeRolePolicy: askedWhenFound,
  PutRolePolicy: askedWhenFound,
  GetRolePolicy: askedWhenFound,
  ListRolePolicies: askedWhenFound,
  DeleteRolePolicy: askedWhenFound,
}
