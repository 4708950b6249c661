import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertFails, type Neighbourhood, openNeighbourhood } from './support.ts'

const document = '{ "Version":"2012-10-17", "Statement":[{"Effect":"Allow","Action":"lambda:*","Resource":"*"}] }'
const encoded =
  '%7B%20%22Version%22%3A%222012-10-17%22%2C%20%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22lambda%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%20%7D'

/** The same operations on users and on roles. */
const owners = {
  user: {
    create: ({ iam }: Neighbourhood, UserName: string) => iam('CreateUser', { UserName }),
    put: ({ iam }: Neighbourhood, UserName: string, PolicyName: string, PolicyDocument = document) =>
      iam('PutUserPolicy', { UserName, PolicyName, PolicyDocument }),
    get: ({ iam }: Neighbourhood, UserName: string, PolicyName: string) =>
      iam('GetUserPolicy', { UserName, PolicyName }),
    list: ({ iam }: Neighbourhood, UserName: string, page = {}) => iam('ListUserPolicies', { UserName, ...page }),
    delete: ({ iam }: Neighbourhood, UserName: string, PolicyName: string) =>
      iam('DeleteUserPolicy', { UserName, PolicyName }),
    limit: 2048,
    described: { UserName: 'Owner' },
  },
  role: {
    create: ({ iam }: Neighbourhood, RoleName: string) =>
      iam('CreateRole', {
        RoleName,
        AssumeRolePolicyDocument:
          '{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}}',
      }),
    put: ({ iam }: Neighbourhood, RoleName: string, PolicyName: string, PolicyDocument = document) =>
      iam('PutRolePolicy', { RoleName, PolicyName, PolicyDocument }),
    get: ({ iam }: Neighbourhood, RoleName: string, PolicyName: string) =>
      iam('GetRolePolicy', { RoleName, PolicyName }),
    list: ({ iam }: Neighbourhood, RoleName: string, page = {}) => iam('ListRolePolicies', { RoleName, ...page }),
    delete: ({ iam }: Neighbourhood, RoleName: string, PolicyName: string) =>
      iam('DeleteRolePolicy', { RoleName, PolicyName }),
    limit: 10_240,
    described: { RoleName: 'Owner' },
  },
}

for (const [kind, owner] of Object.entries(owners)) {
  test(`a policy of a ${kind} comes back as it was put, percent-encoded`, async (t) => {
    const there = await openNeighbourhood(t)
    await owner.create(there, 'Owner')
    assert.deepEqual(await owner.put(there, 'owner', 'p'), {})
    assert.deepEqual(await owner.get(there, 'OWNER', 'p'), {
      ...owner.described,
      PolicyName: 'p',
      PolicyDocument: encoded,
    })
    await owner.put(there, 'Owner', 'p', document.replace('lambda:*', 'iam:*'))
    await owner.put(there, 'Owner', 'a')
    assert.deepEqual(await owner.list(there, 'Owner'), { PolicyNames: ['a', 'p'], IsTruncated: false })
    const first = await owner.list(there, 'Owner', { MaxItems: 1 })
    assert.deepEqual([first.PolicyNames, first.IsTruncated], [['a'], true])
    const second = await owner.list(there, 'Owner', { MaxItems: 1, Marker: first.Marker })
    assert.deepEqual(second, { PolicyNames: ['p'], IsTruncated: false })
    assert.deepEqual(await owner.delete(there, 'Owner', 'p'), {})
    assert.deepEqual((await owner.list(there, 'Owner')).PolicyNames, ['a'])
  })

  test(`a missing ${kind}, a missing policy of a ${kind} and a bad marker are told`, async (t) => {
    const there = await openNeighbourhood(t)
    await owner.create(there, 'Owner')
    const noOwner = ['NoSuchEntity', 404, `The ${kind} with name nobody cannot be found.`] as const
    const noPolicy = ['NoSuchEntity', 404, `The ${kind} policy with name p cannot be found.`] as const
    for (const call of [owner.put, owner.get, owner.list, owner.delete]) {
      await assertFails(call(there, 'nobody', 'p'), ...noOwner)
    }
    await assertFails(owner.get(there, 'Owner', 'p'), ...noPolicy)
    await assertFails(owner.delete(there, 'Owner', 'p'), ...noPolicy)
    await assertFails(owner.list(there, 'Owner', { Marker: 'eA' }), 'ValidationException', 400, 'Invalid Marker.')
  })

  test(`all policies of a ${kind} together have a limit, in which white space does not count`, async (t) => {
    const there = await openNeighbourhood(t)
    await owner.create(there, 'Owner')
    const documentOf = (size: number) => {
      const text = '{"Statement":{"Effect":"Allow","Action":"lambda:","Resource":"*"}}'
      return text.replace('lambda:', `lambda:${'x'.repeat(size - text.length)}`)
    }
    await owner.put(there, 'Owner', 'p', `${documentOf(owner.limit - 100)}${' '.repeat(owner.limit)}`)
    await owner.put(there, 'Owner', 'q', documentOf(100))
    await owner.put(there, 'Owner', 'q', documentOf(100))
    await assertFails(
      owner.put(there, 'Owner', 'q', documentOf(101)),
      'LimitExceeded',
      409,
      `Maximum policy size of ${owner.limit} bytes exceeded for ${kind} Owner`,
    )
  })
}

const malformed = [
  ['no JSON', '{', 'This policy contains invalid Json'],
  ['no statement', '{"Version":"2012-10-17"}', 'Syntax errors in policy.'],
  ['no resource', '{"Statement":{"Effect":"Allow","Action":"lambda:*"}}', 'Policy statement must contain resources.'],
  [
    'a principal',
    '{"Statement":{"Effect":"Allow","Action":"lambda:*","Resource":"*","Principal":"*"}}',
    'Policy document should not specify a principal.',
  ],
] as const

test('a malformed policy is refused', async (t) => {
  const there = await openNeighbourhood(t)
  await owners.user.create(there, 'Owner')
  for (const [what, document, message] of malformed) {
    const put = owners.user.put(there, 'Owner', 'p', document)
    await assertFails(put, 'MalformedPolicyDocument', 400, message, what)
  }
})
