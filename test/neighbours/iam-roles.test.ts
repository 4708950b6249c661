import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACCOUNT, assertFails, NOW_MS, openNeighbourhood } from './support.ts'

const statement = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }
const trust = (...statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })
const AssumeRolePolicyDocument = trust(statement)

test('a role is created, found, listed and deleted', async (t) => {
  const { iam } = await openNeighbourhood(t)
  const { Role } = await iam('CreateRole', {
    RoleName: 'Worker',
    Path: '/jobs/',
    Description: 'works',
    AssumeRolePolicyDocument,
  })
  assert.match(Role.RoleId, /^AROA[A-Z2-7]{17}$/)
  assert.deepEqual(
    { ...Role, RoleId: '' },
    {
      Path: '/jobs/',
      RoleName: 'Worker',
      RoleId: '',
      Arn: `arn:aws:iam::${ACCOUNT}:role/jobs/Worker`,
      CreateDate: Math.floor(NOW_MS / 1000),
      AssumeRolePolicyDocument: encodeURIComponent(AssumeRolePolicyDocument),
    },
  )
  const listed = { ...Role, Description: 'works', MaxSessionDuration: 3600 }
  assert.deepEqual(await iam('GetRole', { RoleName: 'worker' }), { Role: { ...listed, RoleLastUsed: {} } })
  assert.deepEqual(await iam('ListRoles', {}), { Roles: [listed], IsTruncated: false })
  assert.deepEqual(await iam('ListRoles', { PathPrefix: '/other/' }), { Roles: [], IsTruncated: false })
  assert.deepEqual(await iam('DeleteRole', { RoleName: 'WORKER' }), {})
  await assertFails(
    iam('GetRole', { RoleName: 'Worker' }),
    'NoSuchEntity',
    404,
    'The role with name Worker cannot be found.',
  )
})

test('a trust policy is replaced', async (t) => {
  const { iam } = await openNeighbourhood(t)
  await iam('CreateRole', { RoleName: 'worker', AssumeRolePolicyDocument, MaxSessionDuration: 7200 })
  const other = trust({ ...statement, Principal: { AWS: ACCOUNT } })
  assert.deepEqual(await iam('UpdateAssumeRolePolicy', { RoleName: 'Worker', PolicyDocument: other }), {})
  const { Role } = await iam('GetRole', { RoleName: 'worker' })
  assert.deepEqual([decodeURIComponent(Role.AssumeRolePolicyDocument ?? ''), Role.MaxSessionDuration], [other, 7200])
})

test('what roles cannot be is refused', async (t) => {
  const { iam } = await openNeighbourhood(t)
  await iam('CreateRole', { RoleName: 'worker', AssumeRolePolicyDocument })
  await assertFails(
    iam('CreateRole', { RoleName: 'Worker', AssumeRolePolicyDocument }),
    'EntityAlreadyExists',
    409,
    'Role with name Worker already exists.',
  )
  const noRole = ['NoSuchEntity', 404, 'The role with name nobody cannot be found.'] as const
  await assertFails(iam('DeleteRole', { RoleName: 'nobody' }), ...noRole)
  await assertFails(
    iam('UpdateAssumeRolePolicy', { RoleName: 'nobody', PolicyDocument: AssumeRolePolicyDocument }),
    ...noRole,
  )
  await iam('PutRolePolicy', {
    RoleName: 'worker',
    PolicyName: 'p',
    PolicyDocument: '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}',
  })
  await assertFails(
    iam('DeleteRole', { RoleName: 'worker' }),
    'DeleteConflict',
    409,
    'Cannot delete entity, must delete policies first.',
  )
})

const STS_ONLY = 'AssumeRole policy may only specify STS AssumeRole actions.'
const malformed = [
  ['no JSON', 'x', 'This policy contains invalid Json'],
  ['a resource', trust({ ...statement, Resource: '*' }), 'Has prohibited field Resource'],
  ['no principal', trust({ Effect: 'Allow', Action: 'sts:AssumeRole' }), 'Missing required field Principal'],
  [
    'everybody but one',
    trust({ Effect: 'Allow', Action: 'sts:AssumeRole', NotPrincipal: { AWS: '123456789012' } }),
    'Allow with NotPrincipal is not allowed.',
  ],
  ["another service's action", trust(statement, { ...statement, Action: ['sts:AssumeRole', 'lambda:*'] }), STS_ONLY],
  ['every action', trust({ ...statement, Action: '*' }), STS_ONLY],
] as const

test('a malformed trust policy is refused', async (t) => {
  const { iam } = await openNeighbourhood(t)
  await iam('CreateRole', { RoleName: 'worker', AssumeRolePolicyDocument })
  for (const [what, document, message] of malformed) {
    const create = iam('CreateRole', { RoleName: 'other', AssumeRolePolicyDocument: document })
    await assertFails(create, 'MalformedPolicyDocument', 400, message, what)
    const update = iam('UpdateAssumeRolePolicy', { RoleName: 'worker', PolicyDocument: document })
    await assertFails(update, 'MalformedPolicyDocument', 400, message, what)
  }
})

test('a trust policy has a limit, in which white space does not count', async (t) => {
  const { iam } = await openNeighbourhood(t)
  const documentOf = (size: number) => {
    const text = trust({ ...statement, Sid: '' })
    return text.replace('"Sid":""', `"Sid":"${'x'.repeat(size - text.length)}"`)
  }
  await iam('CreateRole', { RoleName: 'worker', AssumeRolePolicyDocument: `${documentOf(2048)}${' '.repeat(100)}` })
  await assertFails(
    iam('UpdateAssumeRolePolicy', { RoleName: 'worker', PolicyDocument: documentOf(2049) }),
    'LimitExceeded',
    409,
    'Cannot exceed quota for ACLSizePerRole: 2048',
  )
})
