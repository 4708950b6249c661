import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertFails, NOW_MS, openNeighbourhood, root, session, userWith } from './support.ts'

test('an access key is created with a secret that is told once', async (t) => {
  const { iam, store } = await openNeighbourhood(t)
  await iam('CreateUser', { UserName: 'Alice' })
  const { AccessKey } = await iam('CreateAccessKey', { UserName: 'alice' })
  assert.match(AccessKey.AccessKeyId, /^AKIA[A-Z2-7]{16}$/)
  assert.match(AccessKey.SecretAccessKey, /^[A-Za-z0-9+/]{40}$/)
  const { SecretAccessKey, ...metadata } = AccessKey
  assert.deepEqual(
    { ...metadata, AccessKeyId: '' },
    { UserName: 'Alice', AccessKeyId: '', Status: 'Active', CreateDate: Math.floor(NOW_MS / 1000) },
  )
  assert.deepEqual(await iam('ListAccessKeys', { UserName: 'ALICE' }), {
    AccessKeyMetadata: [metadata],
    IsTruncated: false,
  })
  assert.equal(store.identities.accessKeys.peek(AccessKey.AccessKeyId)?.secret, SecretAccessKey)
})

test('a key is made inactive and active again, and deleted', async (t) => {
  const { iam } = await openNeighbourhood(t)
  await iam('CreateUser', { UserName: 'alice' })
  const { AccessKeyId } = (await iam('CreateAccessKey', { UserName: 'alice' })).AccessKey
  const statuses = async () =>
    (await iam('ListAccessKeys', { UserName: 'alice' })).AccessKeyMetadata.map(({ Status }) => Status)
  for (const Status of ['Inactive', 'Active']) {
    assert.deepEqual(await iam('UpdateAccessKey', { UserName: 'alice', AccessKeyId, Status }), {})
    assert.deepEqual(await statuses(), [Status])
  }
  assert.deepEqual(await iam('DeleteAccessKey', { UserName: 'alice', AccessKeyId }), {})
  assert.deepEqual(await statuses(), [])
})

test('a user has two keys at most', async (t) => {
  const { iam } = await openNeighbourhood(t)
  await iam('CreateUser', { UserName: 'alice' })
  const ids = [await iam('CreateAccessKey', { UserName: 'alice' }), await iam('CreateAccessKey', { UserName: 'alice' })]
    .map(({ AccessKey }) => AccessKey.AccessKeyId)
    .sort()
  await assertFails(
    iam('CreateAccessKey', { UserName: 'alice' }),
    'LimitExceeded',
    409,
    'Cannot exceed quota for AccessKeysPerUser: 2',
  )
  const first = await iam('ListAccessKeys', { UserName: 'alice', MaxItems: 1 })
  const second = await iam('ListAccessKeys', { UserName: 'alice', MaxItems: 1, Marker: first.Marker })
  const idsOf = ({ AccessKeyMetadata }: typeof first) => AccessKeyMetadata.map(({ AccessKeyId }) => AccessKeyId)
  assert.deepEqual([...idsOf(first), ...idsOf(second)], ids)
  assert.deepEqual([first.IsTruncated, second.IsTruncated], [true, false])
})

test('a user manages its own keys without naming itself', async (t) => {
  const { iam } = await openNeighbourhood(t)
  await iam('CreateUser', { UserName: 'alice', Path: '/team/' })
  const self = userWith('alice', { Effect: 'Allow', Action: 'iam:*AccessKey*', Resource: '*' })
  const { AccessKeyId, UserName } = (await iam('CreateAccessKey', {}, self)).AccessKey
  assert.equal(UserName, 'alice')
  assert.equal((await iam('ListAccessKeys', {}, self)).AccessKeyMetadata.length, 1)
  await iam('UpdateAccessKey', { AccessKeyId, Status: 'Inactive' }, self)
  await iam('DeleteAccessKey', { AccessKeyId }, self)
})

test('what is not there, or not meant, is told', async (t) => {
  const { iam } = await openNeighbourhood(t)
  await iam('CreateUser', { UserName: 'alice' })
  await iam('CreateUser', { UserName: 'bob' })
  const { AccessKeyId } = (await iam('CreateAccessKey', { UserName: 'bob' })).AccessKey
  const absent = 'AKIAIOSFODNN7EXAMPLE'
  const noUser = ['NoSuchEntity', 404, 'The user with name carol cannot be found.'] as const
  const noKey = (id: string) => ['NoSuchEntity', 404, `The Access Key with id ${id} cannot be found.`] as const
  const unnamed = ['ValidationException', 400, 'Must specify userName when calling with non-User credentials'] as const
  await assertFails(iam('CreateAccessKey', { UserName: 'carol' }), ...noUser)
  await assertFails(iam('ListAccessKeys', { UserName: 'carol' }), ...noUser)
  await assertFails(
    iam('UpdateAccessKey', { UserName: 'alice', AccessKeyId: absent, Status: 'Active' }),
    ...noKey(absent),
  )
  await assertFails(iam('DeleteAccessKey', { UserName: 'alice', AccessKeyId: absent }), ...noKey(absent))
  await assertFails(iam('DeleteAccessKey', { UserName: 'alice', AccessKeyId }), ...noKey(AccessKeyId))
  for (const caller of [root, session]) {
    await assertFails(iam('CreateAccessKey', {}, caller), ...unnamed)
    await assertFails(iam('ListAccessKeys', {}, caller), ...unnamed)
    await assertFails(iam('DeleteAccessKey', { AccessKeyId }, caller), ...unnamed)
  }
  await assertFails(
    iam('UpdateAccessKey', { UserName: 'bob', AccessKeyId, Status: 'Expired' }),
    'ValidationException',
    400,
    "1 validation error detected: Value 'Expired' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]",
  )
})
