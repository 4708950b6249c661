import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccessKey, InlinePolicy, Role, User } from '#resources'
import { InvalidCursor } from '#store'
import { temporaryDirectory, temporaryStore } from './temporary-store.ts'

const account = '000000000000'

const user = (name: string, path = '/'): User => ({ account, name, path, id: `AIDA${name}`, createdMs: 1_000 })

const role = (name: string): Role => ({
  account,
  name,
  path: '/',
  id: `AROA${name}`,
  trustPolicy: '{}',
  maxSessionSeconds: 3_600,
  createdMs: 1_000,
})

const accessKey = (id: string, userName: string): AccessKey => ({
  id,
  account,
  secret: `secret of ${id}`,
  userName,
  status: 'Active',
  createdMs: 1_000,
})

const policy = (ownerName: string, name: string, ownerKind: InlinePolicy['ownerKind'] = 'user'): InlinePolicy => ({
  account,
  ownerKind,
  ownerName,
  name,
  document: `{"Id":"${name}"}`,
})

test('a user is created, found, listed and deleted', async (t) => {
  const { identities } = await temporaryStore(t)
  assert.equal(await identities.createUser(user('alice')), true)
  assert.deepEqual(await identities.findUser(account, 'alice'), user('alice'))
  assert.equal(await identities.findUser('111111111111', 'alice'), undefined)
  assert.deepEqual(await identities.listUsers(account, { limit: 10 }), { items: [user('alice')] })
  assert.equal(await identities.deleteUser(account, 'alice'), 'deleted')
  assert.equal(await identities.deleteUser(account, 'alice'), 'not-found')
  assert.equal(await identities.findUser(account, 'alice'), undefined)
})

test('names of users are unique and found without regard to case, and keep their spelling', async (t) => {
  const { identities } = await temporaryStore(t)
  await identities.createUser(user('Alice'))
  assert.equal(await identities.createUser(user('aLICE')), false)
  assert.equal((await identities.findUser(account, 'ALICE'))?.name, 'Alice')
})

test('a user and a role may have the same name', async (t) => {
  const { identities } = await temporaryStore(t)
  assert.equal(await identities.createUser(user('same')), true)
  assert.equal(await identities.createRole(role('same')), true)
  assert.equal(await identities.deleteUser(account, 'same'), 'deleted')
  assert.deepEqual(await identities.findRole(account, 'same'), role('same'))
})

test('lists are paged in order of name and can be limited to a path', async (t) => {
  const { identities } = await temporaryStore(t)
  for (const name of ['d', 'B', 'a', 'C']) await identities.createUser(user(name, name < 'a' ? '/capital/' : '/'))
  const first = await identities.listUsers(account, { limit: 3 })
  assert.deepEqual(
    first.items.map(({ name }) => name),
    ['a', 'B', 'C'],
  )
  const second = await identities.listUsers(account, { limit: 3, after: first.next })
  assert.deepEqual(second, { items: [user('d')] })
  const capital = await identities.listUsers(account, { limit: 3, pathPrefix: '/capital/' })
  assert.deepEqual(
    capital.items.map(({ name }) => name),
    ['B', 'C'],
  )
  await assert.rejects(identities.listUsers(account, { limit: 3, after: 'nonsense' }), InvalidCursor)
})

test('access keys belong to a user, are in memory at once and after a restart', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory })
  const { identities } = store
  assert.equal(await identities.createAccessKey(accessKey('AKIA1', 'alice'), 2), 'not-found')
  await identities.createUser(user('alice'))
  assert.equal(await identities.createAccessKey(accessKey('AKIA1', 'alice'), 2), 'created')
  assert.deepEqual(identities.peekAccessKey('AKIA1'), accessKey('AKIA1', 'alice'))
  assert.equal(await identities.updateAccessKey(account, 'alice', 'AKIA1', 'Inactive'), true)
  assert.equal(await identities.updateAccessKey(account, 'bob', 'AKIA1', 'Active'), false)
  assert.equal(identities.peekAccessKey('AKIA1')?.status, 'Inactive')
  await store.close()

  const { identities: reopened } = await temporaryStore(t, { dataDirectory })
  assert.equal(reopened.peekAccessKey('AKIA1')?.status, 'Inactive')
  assert.deepEqual(
    reopened.listAccessKeys(account, 'alice').map(({ id }) => id),
    ['AKIA1'],
  )
  assert.equal(await reopened.deleteAccessKey(account, 'alice', 'AKIA1'), true)
  assert.equal(await reopened.deleteAccessKey(account, 'alice', 'AKIA1'), false)
  assert.equal(reopened.peekAccessKey('AKIA1'), undefined)
})

test('of many keys created at the same time only as many come about as a user may have', async (t) => {
  const { identities } = await temporaryStore(t)
  await identities.createUser(user('alice'))
  const results = await Promise.all(
    Array.from({ length: 10 }, (_, i) => identities.createAccessKey(accessKey(`AKIA${i}`, 'alice'), 2)),
  )
  assert.equal(results.filter((result) => result === 'created').length, 2)
  assert.equal(results.filter((result) => result === 'limit-exceeded').length, 8)
  assert.equal(identities.listAccessKeys(account, 'alice').length, 2)
})

test('a user with a key or a policy is not deleted, and neither is one that gets a key meanwhile', async (t) => {
  const { identities } = await temporaryStore(t)
  for (const name of ['keyed', 'ruled', 'raced']) await identities.createUser(user(name))
  await identities.createAccessKey(accessKey('AKIA1', 'keyed'), 2)
  await identities.putPolicy(policy('ruled', 'p'))
  assert.equal(await identities.deleteUser(account, 'keyed'), 'has-dependents')
  assert.equal(await identities.deleteUser(account, 'ruled'), 'has-dependents')
  const [created, deleted] = await Promise.all([
    identities.createAccessKey(accessKey('AKIA2', 'raced'), 2),
    identities.deleteUser(account, 'raced'),
  ])
  assert.deepEqual([created, deleted], ['created', 'has-dependents'])
  await identities.deletePolicy(account, 'user', 'ruled', 'p')
  assert.equal(await identities.deleteUser(account, 'ruled'), 'deleted')
})

test('the policies of an owner are the same array until one of them changes', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory })
  const { identities } = store
  const policiesOf = () => identities.policiesOf(account, 'user', 'alice')
  assert.equal(await identities.putPolicy(policy('alice', 'b')), false)
  await identities.createUser(user('alice'))
  await identities.createUser(user('bob'))
  assert.equal(policiesOf(), policiesOf())

  await identities.putPolicy(policy('alice', 'b'))
  const before = policiesOf()
  assert.deepEqual(before, [policy('alice', 'b')])
  await identities.putPolicy(policy('bob', 'x'))
  assert.equal(policiesOf(), before)

  await identities.putPolicy(policy('alice', 'a'))
  assert.deepEqual(policiesOf(), [policy('alice', 'a'), policy('alice', 'b')])
  await identities.putPolicy({ ...policy('alice', 'b'), document: 'changed' })
  assert.deepEqual(policiesOf(), [policy('alice', 'a'), { ...policy('alice', 'b'), document: 'changed' }])
  assert.deepEqual(before, [policy('alice', 'b')])

  assert.equal(await identities.deletePolicy(account, 'user', 'alice', 'b'), true)
  assert.equal(await identities.deletePolicy(account, 'user', 'alice', 'b'), false)
  await store.close()
  const reopened = await temporaryStore(t, { dataDirectory })
  assert.deepEqual(reopened.identities.policiesOf(account, 'user', 'alice'), [policy('alice', 'a')])
})

test('the trust policy of a role is replaced, and only of one that exists', async (t) => {
  const { identities } = await temporaryStore(t)
  await identities.createRole(role('runner'))
  await identities.putPolicy(policy('runner', 'p', 'role'))
  assert.equal(await identities.updateTrustPolicy(account, 'runner', '{"new":1}'), true)
  assert.deepEqual(await identities.findRole(account, 'runner'), { ...role('runner'), trustPolicy: '{"new":1}' })
  assert.equal(await identities.updateTrustPolicy(account, 'nobody', '{}'), false)
  assert.equal(await identities.deleteRole(account, 'runner'), 'has-dependents')
})

test('a write that fails does not take along those that share its transaction', async (t) => {
  const { identities } = await temporaryStore(t)
  await identities.createUser(user('alice'))
  await identities.createAccessKey(accessKey('AKIA1', 'alice'), 5)
  const results = await Promise.allSettled([
    identities.createUser(user('bob')),
    identities.createAccessKey(accessKey('AKIA1', 'alice'), 5),
    identities.createUser(user('carol')),
  ])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  const { items } = await identities.listUsers(account, { limit: 10 })
  assert.deepEqual(
    items.map(({ name }) => name),
    ['alice', 'bob', 'carol'],
  )
})
