import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IamOperations } from '#model'
import { ACCOUNT, assertFails, errorOf, type Neighbourhood, openNeighbourhood, userWith } from './support.ts'

const trust = '{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}}'
const policy = '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
const key = 'AKIAIOSFODNN7EXAMPLE'

/** An input for every operation, and the resource that it is about. */
const inputs: {
  readonly [Name in keyof IamOperations]: readonly [input: IamOperations[Name]['input'], resource: string]
} = {
  CreateUser: [{ UserName: 'new', Path: '/p/' }, 'user/p/new'],
  GetUser: [{ UserName: 'bob' }, 'user/team/Bob'],
  ListUsers: [{}, 'user/'],
  DeleteUser: [{ UserName: 'bob' }, 'user/team/Bob'],
  CreateAccessKey: [{ UserName: 'bob' }, 'user/team/Bob'],
  ListAccessKeys: [{ UserName: 'bob' }, 'user/team/Bob'],
  UpdateAccessKey: [{ UserName: 'bob', AccessKeyId: key, Status: 'Active' }, 'user/team/Bob'],
  DeleteAccessKey: [{ UserName: 'bob', AccessKeyId: key }, 'user/team/Bob'],
  PutUserPolicy: [{ UserName: 'bob', PolicyName: 'p', PolicyDocument: policy }, 'user/team/Bob'],
  GetUserPolicy: [{ UserName: 'bob', PolicyName: 'p' }, 'user/team/Bob'],
  ListUserPolicies: [{ UserName: 'bob' }, 'user/team/Bob'],
  DeleteUserPolicy: [{ UserName: 'bob', PolicyName: 'p' }, 'user/team/Bob'],
  CreateRole: [{ RoleName: 'new', AssumeRolePolicyDocument: trust }, 'role/new'],
  GetRole: [{ RoleName: 'worker' }, 'role/jobs/Worker'],
  ListRoles: [{ PathPrefix: '/jobs/' }, 'role/jobs/'],
  DeleteRole: [{ RoleName: 'worker' }, 'role/jobs/Worker'],
  UpdateAssumeRolePolicy: [{ RoleName: 'worker', PolicyDocument: trust }, 'role/jobs/Worker'],
  PutRolePolicy: [{ RoleName: 'worker', PolicyName: 'p', PolicyDocument: policy }, 'role/jobs/Worker'],
  GetRolePolicy: [{ RoleName: 'worker', PolicyName: 'p' }, 'role/jobs/Worker'],
  ListRolePolicies: [{ RoleName: 'worker' }, 'role/jobs/Worker'],
  DeleteRolePolicy: [{ RoleName: 'worker', PolicyName: 'p' }, 'role/jobs/Worker'],
}

/** Makes whatever an operation may have deleted. */
async function populate({ iam }: Neighbourhood): Promise<void> {
  await Promise.allSettled([
    iam('CreateUser', { UserName: 'Bob', Path: '/team/' }),
    iam('CreateRole', { RoleName: 'Worker', Path: '/jobs/', AssumeRolePolicyDocument: trust }),
  ])
}

const nameOf = (text: string) => text as keyof IamOperations

test('every operation asks for its permission, on the resource as it is called', async (t) => {
  const there = await openNeighbourhood(t)
  await populate(there)
  const alice = userWith('alice')
  for (const [name, [input, resource]] of Object.entries(inputs)) {
    const { code, message } = await errorOf(there.iam(nameOf(name), input as never, alice))
    assert.equal(code, 'AccessDeniedException', name)
    assert.equal(
      message,
      `User: ${alice.arn} is not authorized to perform: iam:${name} on resource: arn:aws:iam::${ACCOUNT}:${resource} because no identity-based policy allows the iam:${name} action`,
    )
  }
})

test('a permission on exactly the resource is enough for every operation', async (t) => {
  const there = await openNeighbourhood(t)
  for (const [name, [input, resource]] of Object.entries(inputs)) {
    await populate(there)
    const allowed = { Effect: 'Allow', Action: `iam:${name}`, Resource: `arn:aws:iam::${ACCOUNT}:${resource}` }
    const outcome = await there
      .iam(nameOf(name), input as never, userWith('alice', allowed))
      .catch((error) => error.code)
    assert.notEqual(outcome, 'AccessDeniedException', name)
  }
})

test('another spelling of a name does not evade a denial by its path', async (t) => {
  const there = await openNeighbourhood(t)
  await populate(there)
  const allow = { Effect: 'Allow', Action: 'iam:*', Resource: '*' }
  const deny = { Effect: 'Deny', Action: 'iam:DeleteUser', Resource: `arn:aws:iam::${ACCOUNT}:user/team/Bob` }
  const { code } = await errorOf(there.iam('DeleteUser', { UserName: 'BOB' }, userWith('alice', allow, deny)))
  assert.equal(code, 'AccessDeniedException')
})

test('somebody without a permission does not learn whether a user exists', async (t) => {
  const { iam } = await openNeighbourhood(t)
  await assertFails(
    iam('GetUser', { UserName: 'nobody' }, userWith('alice')),
    'AccessDeniedException',
    403,
    `User: arn:aws:iam::${ACCOUNT}:user/alice is not authorized to perform: iam:GetUser on resource: arn:aws:iam::${ACCOUNT}:user/nobody because no identity-based policy allows the iam:GetUser action`,
  )
})
