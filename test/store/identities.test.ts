import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { AccessKey, Group, ManagedPolicy, Role, User } from '#resources'
import { InvalidCursor } from '#store'
import { temporaryDirectory, temporaryStore } from './temporary-store.ts'

const account = '000000000000'
const MANY = 1_000
const AWS_MANAGED = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'

const user = (name: string, path = '/'): User => ({ account, name, path, id: `AIDA${name}`, createdMs: 1_000 })
const group = (name: string): Group => ({ account, name, path: '/', id: `AGPA${name}`, createdMs: 1_000 })

const role = (name: string): Role => ({
  account,
  name,
  path: '/',
  id: `AROA${name}`,
  trustPolicy: '{}',
  maxSessionSeconds: 3_600,
  createdMs: 1_000,
})

const managed = (name: string): ManagedPolicy => ({
  account,
  name,
  path: '/',
  arn: `arn:aws:iam::${account}:policy/${name}`,
  id: `ANPA${name}`,
  createdMs: 1_000,
  updatedMs: 1_000,
  defaultVersion: 1,
})

const accessKey = (id: string, userName: string): AccessKey => ({
  id,
  account,
  secret: `secret of ${id}`,
  userId: `AIDA${userName}`,
  status: 'Active',
  createdMs: 1_000,
})

const policy = (name: string) => ({ name, document: `{"Id":"${name}"}` })
const anySize = () => true

test('a user is created, found, listed and deleted', async (t) => {
  const { users } = (await temporaryStore(t)).identities
  assert.equal(await users.create(user('alice'), MANY), 'created')
  assert.deepEqual(await users.find(account, 'alice'), user('alice'))
  assert.deepEqual(await users.findById('AIDAalice'), user('alice'))
  assert.equal(await users.find('111111111111', 'alice'), undefined)
  assert.deepEqual(await users.list(account, { limit: 10 }), { items: [user('alice')] })
  assert.equal(await users.delete('AIDAalice'), 'deleted')
  assert.equal(await users.delete('AIDAalice'), 'not-found')
  assert.equal(await users.find(account, 'alice'), undefined)
})

test('names are unique and found without regard to case, and keep their spelling', async (t) => {
  const { users, roles } = (await temporaryStore(t)).identities
  await users.create(user('Alice'), MANY)
  assert.equal(await users.create({ ...user('aLICE'), id: 'AIDAother' }, MANY), 'exists')
  assert.equal((await users.find(account, 'ALICE'))?.name, 'Alice')
  assert.equal(await roles.create(role('alice'), MANY), 'created')
  assert.equal(await users.findById('AROAalice'), undefined)
})

test('of many users created at the same time only as many come about as an account may have', async (t) => {
  const { users } = (await temporaryStore(t)).identities
  const outcomes = await Promise.all(Array.from({ length: 8 }, (_, i) => users.create(user(`u${i}`), 5)))
  assert.equal(outcomes.filter((outcome) => outcome === 'created').length, 5)
  assert.equal(outcomes.filter((outcome) => outcome === 'limit-exceeded').length, 3)
})

test('lists are paged in order of name and can be limited to a path', async (t) => {
  const { users } = (await temporaryStore(t)).identities
  for (const name of ['d', 'B', 'a', 'C']) await users.create(user(name, name < 'a' ? '/capital/' : '/'), MANY)
  const names = ({ items }: { readonly items: readonly User[] }) => items.map(({ name }) => name).join('')
  const first = await users.list(account, { limit: 3 })
  assert.equal(names(first), 'aBC')
  await users.delete('AIDAC')
  assert.deepEqual(await users.list(account, { limit: 3, after: first.next }), { items: [user('d')] })
  assert.equal(names(await users.list(account, { limit: 3, pathPrefix: '/capital/' })), 'B')
  await assert.rejects(users.list(account, { limit: 3, after: 'nonsense' }), InvalidCursor)
})

test('a user that is renamed keeps what belongs to it', async (t) => {
  const { identities } = await temporaryStore(t)
  const { users, accessKeys, inlinePolicies, members, groups } = identities
  await users.create(user('alice'), MANY)
  await users.create(user('bob'), MANY)
  await groups.create(group('staff'), MANY)
  await members.add('AGPAstaff', 'AIDAalice', 10)
  await accessKeys.create(accessKey('AKIA1', 'alice'), 2)
  await inlinePolicies.put('AIDAalice', policy('p'), anySize)
  assert.equal(await users.change('AIDAalice', (it) => ({ ...it, name: 'BOB' })), 'exists')
  assert.equal(await users.change('AIDAalice', (it) => ({ ...it, name: 'carol', path: '/x/' })), 'changed')
  assert.equal(await users.find(account, 'alice'), undefined)
  const { id } = (await users.find(account, 'carol')) ?? user('')
  assert.deepEqual([accessKeys.list(id).length, await inlinePolicies.list(id)], [1, [policy('p')]])
  assert.deepEqual(
    (await members.usersOf('AGPAstaff')).map(({ name }) => name),
    ['carol'],
  )
  assert.equal(await users.change('AIDAnobody', (it) => it), 'not-found')
})

test('two changes of different members at the same time both hold', async (t) => {
  const { users } = (await temporaryStore(t)).identities
  await users.create(user('alice'), MANY)
  await Promise.all([
    users.change('AIDAalice', (it) => ({ ...it, path: '/new/' })),
    users.change('AIDAalice', (it) => ({ ...it, tags: { k: 'v' } })),
  ])
  assert.deepEqual(await users.findById('AIDAalice'), { ...user('alice', '/new/'), tags: { k: 'v' } })
})

test('access keys are in memory at once and after a restart, and their secrets are sealed on disk', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory })
  const { accessKeys, users } = store.identities
  assert.equal(await accessKeys.create(accessKey('AKIA1', 'alice'), 2), 'not-found')
  await users.create(user('alice'), MANY)
  assert.equal(await accessKeys.create(accessKey('AKIA1', 'alice'), 2), 'created')
  assert.deepEqual(accessKeys.peek('AKIA1'), accessKey('AKIA1', 'alice'))
  assert.equal(await accessKeys.update('AIDAalice', 'AKIA1', 'Inactive'), true)
  assert.equal(await accessKeys.update('AIDAbob', 'AKIA1', 'Active'), false)
  await store.close()
  const bytes = await readFile(join(dataDirectory, 'lambent.db'))
  assert.equal(bytes.includes('secret of AKIA1'), false)
  assert.equal((await stat(join(dataDirectory, 'secret-key'))).mode & 0o777, 0o600)

  const reopened = (await temporaryStore(t, { dataDirectory })).identities.accessKeys
  assert.deepEqual(reopened.list('AIDAalice'), [{ ...accessKey('AKIA1', 'alice'), status: 'Inactive' }])
  assert.equal(await reopened.delete('AIDAalice', 'AKIA1'), true)
  assert.equal(await reopened.delete('AIDAalice', 'AKIA1'), false)
  assert.equal(reopened.peek('AKIA1'), undefined)
})

test('of many keys created at the same time only as many come about as a user may have', async (t) => {
  const { users, accessKeys } = (await temporaryStore(t)).identities
  await users.create(user('alice'), MANY)
  const results = await Promise.all(
    Array.from({ length: 10 }, (_, i) => accessKeys.create(accessKey(`AKIA${i}`, 'alice'), 2)),
  )
  assert.equal(results.filter((result) => result === 'created').length, 2)
  assert.equal(results.filter((result) => result === 'limit-exceeded').length, 8)
  assert.equal(accessKeys.list('AIDAalice').length, 2)
})

test('whoever has something stays, and is told what', async (t) => {
  const { users, groups, accessKeys, members, attachments, inlinePolicies } = (await temporaryStore(t)).identities
  await users.create(user('alice'), MANY)
  await groups.create(group('staff'), MANY)
  await members.add('AGPAstaff', 'AIDAalice', 10)
  await accessKeys.create(accessKey('AKIA1', 'alice'), 2)
  await attachments.attach('AIDAalice', AWS_MANAGED, 10)
  await inlinePolicies.put('AIDAalice', policy('p'), anySize)
  assert.equal(await groups.delete('AGPAstaff'), 'membership')
  for (const [dependent, remove] of [
    ['membership', () => members.remove('AGPAstaff', 'AIDAalice')],
    ['access-key', () => accessKeys.delete('AIDAalice', 'AKIA1')],
    ['attached-policy', () => attachments.detach('AIDAalice', AWS_MANAGED)],
    ['inline-policy', () => inlinePolicies.delete('AIDAalice', 'p')],
  ] as const) {
    assert.equal(await users.delete('AIDAalice'), dependent)
    assert.equal(await remove(), true)
    assert.equal(await remove(), false)
  }
  assert.deepEqual([await users.delete('AIDAalice'), await groups.delete('AGPAstaff')], ['deleted', 'deleted'])
})

test('a user that gets a key while it is deleted stays', async (t) => {
  const { users, accessKeys } = (await temporaryStore(t)).identities
  await users.create(user('raced'), MANY)
  const outcomes = await Promise.all([accessKeys.create(accessKey('AKIA2', 'raced'), 2), users.delete('AIDAraced')])
  assert.deepEqual(outcomes, ['created', 'access-key'])
})

test('versions of a policy are numbered on, limited, and the default one stays', async (t) => {
  const { managedPolicies } = (await temporaryStore(t)).identities
  const { arn } = managed('p')
  assert.equal(await managedPolicies.create(managed('p'), 'v1', MANY), 'created')
  assert.equal(await managedPolicies.create({ ...managed('P'), id: 'ANPAother' }, 'other', MANY), 'exists')
  const add = (document: string, isDefault = false) =>
    managedPolicies.addVersion(arn, { document, createdMs: 2_000, isDefault }, 3)
  assert.deepEqual(await add('v2', true), { number: 2, document: 'v2', createdMs: 2_000 })
  assert.deepEqual(await managedPolicies.find(arn), { ...managed('p'), updatedMs: 2_000, defaultVersion: 2 })
  await add('v3')
  assert.equal(await add('v4'), 'limit-exceeded')
  assert.equal(await managedPolicies.deleteVersion(arn, 2), 'is-default')
  assert.equal(await managedPolicies.deleteVersion(arn, 3), 'deleted')
  assert.equal(await managedPolicies.deleteVersion(arn, 3), 'not-found')
  assert.deepEqual(await add('v4'), { number: 4, document: 'v4', createdMs: 2_000 })
  assert.deepEqual(
    (await managedPolicies.listVersions(arn)).map(({ number }) => number),
    [4, 2, 1],
  )
  assert.equal(await managedPolicies.setDefault(arn, 3), false)
  assert.equal(await managedPolicies.setDefault(arn, 4), true)
  assert.equal(await managedPolicies.delete(arn), 'has-versions')
  for (const number of [1, 2]) await managedPolicies.deleteVersion(arn, number)
  assert.equal(await managedPolicies.delete(arn), 'deleted')
  assert.equal(await managedPolicies.delete(arn), 'not-found')
  assert.equal(await managedPolicies.addVersion(arn, { document: '', createdMs: 0, isDefault: false }, 5), 'not-found')
})

test('a policy that is attached, or limits somebody, stays', async (t) => {
  const { managedPolicies, users, attachments } = (await temporaryStore(t)).identities
  const { arn } = managed('p')
  await users.create(user('alice'), MANY)
  assert.equal(await attachments.attach('AIDAalice', arn, 10), 'no-such-policy')
  assert.equal(await users.change('AIDAalice', (it) => ({ ...it, permissionsBoundary: arn })), 'no-such-policy')
  await managedPolicies.create(managed('p'), '{}', MANY)
  assert.equal(await attachments.attach('AIDAnobody', arn, 10), 'not-found')
  assert.equal(await attachments.attach('AIDAalice', arn, 10), 'attached')
  assert.equal(await attachments.attach('AIDAalice', arn, 1), 'attached')
  assert.equal(await attachments.attach('AIDAalice', AWS_MANAGED, 1), 'limit-exceeded')
  assert.equal(await users.change('AIDAalice', (it) => ({ ...it, permissionsBoundary: arn })), 'changed')
  assert.deepEqual((await managedPolicies.usage(account)).get(arn), { attachments: 1, boundaries: 1 })
  const entities = await attachments.entitiesOf(account, arn, 'boundary')
  assert.deepEqual(
    entities.map(({ kind, principal }) => [kind, principal.name]),
    [['user', 'alice']],
  )
  assert.equal(await managedPolicies.delete(arn), 'attached')
  await attachments.detach('AIDAalice', arn)
  assert.equal(await managedPolicies.delete(arn), 'attached')
  await users.change('AIDAalice', (it) => ({ ...it, permissionsBoundary: undefined }))
  assert.equal(await managedPolicies.delete(arn), 'deleted')
})

test('grants come from the user, its groups and managed policies; every change is told by the generation', async (t) => {
  const { identities } = await temporaryStore(t)
  const { users, groups, members, inlinePolicies, managedPolicies, attachments } = identities
  const grants = async () => {
    const { policies, boundary } = await identities.grantsOf((await users.findById('AIDAalice')) ?? user('alice'))
    return [...policies, ...(boundary ? [boundary] : [])].map(({ source, policyName }) => `${source} ${policyName}`)
  }
  const { arn } = managed('m')
  await users.create(user('alice'), MANY)
  await groups.create(group('staff'), MANY)
  await managedPolicies.create(managed('m'), '{"old":1}', MANY)
  const steps: readonly (readonly [() => Promise<unknown>, readonly string[]])[] = [
    [() => inlinePolicies.put('AIDAalice', policy('own'), anySize), ['user own']],
    [() => inlinePolicies.put('AGPAstaff', policy('of-group'), anySize), ['user own']],
    [() => members.add('AGPAstaff', 'AIDAalice', 10), ['group of-group', 'user own']],
    [() => attachments.attach('AGPAstaff', arn, 10), ['group of-group', 'user own', 'user-managed m']],
    [
      () => attachments.attach('AIDAalice', AWS_MANAGED, 10),
      ['group of-group', 'user own', 'user-managed m', 'aws-managed AWSLambdaBasicExecutionRole'],
    ],
    [() => members.remove('AGPAstaff', 'AIDAalice'), ['user own', 'aws-managed AWSLambdaBasicExecutionRole']],
    [
      () => users.change('AIDAalice', (it) => ({ ...it, permissionsBoundary: arn })),
      ['user own', 'aws-managed AWSLambdaBasicExecutionRole', 'user-managed m'],
    ],
  ]
  for (const [change, expected] of steps) {
    const { generation } = identities
    await change()
    assert(identities.generation > generation)
    assert.deepEqual(await grants(), expected)
  }
  await managedPolicies.addVersion(arn, { document: '{"new":1}', createdMs: 0, isDefault: true }, 5)
  assert.deepEqual(
    (await identities.findManaged([arn, 'arn:aws:iam::000000000000:policy/none'])).map(({ document }) => document),
    ['{"new":1}'],
  )
})

test('last uses are known at once, and after a restart', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory })
  store.identities.lastUses.note('AKIA1', 5_000, 'lambda', 'us-east-1')
  store.identities.lastUses.note('AKIA1', 6_000, 'lambda', 'us-east-1')
  const use = { usedMs: 5_000, service: 'lambda', region: 'us-east-1' }
  assert.deepEqual(await store.identities.lastUses.find('AKIA1'), use)
  await store.close()
  const { lastUses } = (await temporaryStore(t, { dataDirectory })).identities
  assert.deepEqual([await lastUses.find('AKIA1'), await lastUses.find('AKIA2')], [use, undefined])
})

test('a write that fails does not take along those that share its transaction', async (t) => {
  const { users, accessKeys } = (await temporaryStore(t)).identities
  await users.create(user('alice'), MANY)
  await accessKeys.create(accessKey('AKIA1', 'alice'), 5)
  const results = await Promise.allSettled([
    users.create(user('bob'), MANY),
    accessKeys.create(accessKey('AKIA1', 'alice'), 5),
    users.create(user('carol'), MANY),
  ])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  const { items } = await users.list(account, { limit: 10 })
  assert.deepEqual(
    items.map(({ name }) => name),
    ['alice', 'bob', 'carol'],
  )
})
