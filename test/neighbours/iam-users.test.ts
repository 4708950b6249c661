import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACCOUNT, assertFails, NOW_MS, openNeighbourhood, root, session, userWith } from './support.ts'

const createDate = Math.floor(NOW_MS / 1000)

test('a user is created, found without regard to case, listed and deleted', async (t) => {
  const { iam } = await openNeighbourhood(t)
  const { User } = await iam('CreateUser', { UserName: 'Alice', Path: '/team/' })
  assert(User)
  assert.match(User.UserId, /^AIDA[A-Z2-7]{17}$/)
  assert.deepEqual(
    { ...User, UserId: '' },
    {
      Path: '/team/',
      UserName: 'Alice',
      UserId: '',
      Arn: `arn:aws:iam::${ACCOUNT}:user/team/Alice`,
      CreateDate: createDate,
    },
  )
  assert.deepEqual((await iam('GetUser', { UserName: 'aLICE' })).User, User)
  assert.deepEqual(await iam('ListUsers', {}), { Users: [User], IsTruncated: false })
  assert.deepEqual(await iam('DeleteUser', { UserName: 'alice' }), {})
  await assertFails(
    iam('GetUser', { UserName: 'Alice' }),
    'NoSuchEntity',
    404,
    'The user with name Alice cannot be found.',
  )
})

test('users are listed in pages, and by their path', async (t) => {
  const { iam } = await openNeighbourhood(t)
  for (const [UserName, Path] of [
    ['d', '/x/'],
    ['b', '/x/'],
    ['a', '/'],
    ['c', '/x/y/'],
  ] as const) {
    await iam('CreateUser', { UserName, Path })
  }
  const names = ({ Users }: { readonly Users: readonly { readonly UserName: string }[] }) =>
    Users.map(({ UserName }) => UserName).join('')
  const first = await iam('ListUsers', { MaxItems: 3 })
  assert.deepEqual([names(first), first.IsTruncated], ['abc', true])
  const second = await iam('ListUsers', { MaxItems: 3, Marker: first.Marker })
  assert.deepEqual([names(second), second.IsTruncated, second.Marker], ['d', false, undefined])
  assert.equal(names(await iam('ListUsers', { PathPrefix: '/x' })), 'bcd')
  await assertFails(iam('ListUsers', { Marker: 'nonsense' }), 'ValidationException', 400, 'Invalid Marker.')
})

test('GetUser without a name is about whoever asks', async (t) => {
  const { iam } = await openNeighbourhood(t)
  await iam('CreateUser', { UserName: 'alice' })
  const self = userWith('alice', {
    Effect: 'Allow',
    Action: 'iam:GetUser',
    Resource: `arn:aws:iam::${ACCOUNT}:user/alice`,
  })
  assert.equal((await iam('GetUser', {}, self)).User.UserName, 'alice')
  assert.deepEqual(await iam('GetUser', {}, root), { User: { UserId: ACCOUNT, Arn: root.arn, CreateDate: 0 } })
  await assertFails(
    iam('GetUser', {}, session),
    'ValidationException',
    400,
    'Must specify userName when calling with non-User credentials',
  )
})

test('what users cannot be is refused', async (t) => {
  const { iam } = await openNeighbourhood(t)
  await iam('CreateUser', { UserName: 'alice' })
  await assertFails(
    iam('CreateUser', { UserName: 'ALICE' }),
    'EntityAlreadyExists',
    409,
    'User with name ALICE already exists.',
  )
  await assertFails(
    iam('DeleteUser', { UserName: 'bob' }),
    'NoSuchEntity',
    404,
    'The user with name bob cannot be found.',
  )
  await assertFails(
    iam('CreateUser', { UserName: 'bob', PermissionsBoundary: 'arn:aws:iam::aws:policy/Boundary' }),
    'NoSuchEntity',
    404,
    'Policy arn:aws:iam::aws:policy/Boundary does not exist or is not attachable.',
  )
  await iam('CreateUser', { UserName: 'bob', Tags: [] })
})

test('a user with access keys or policies stays', async (t) => {
  const { iam } = await openNeighbourhood(t)
  await iam('CreateUser', { UserName: 'alice' })
  const { AccessKey } = await iam('CreateAccessKey', { UserName: 'alice' })
  const document = '{"Statement":{"Effect":"Allow","Action":"lambda:*","Resource":"*"}}'
  await iam('PutUserPolicy', { UserName: 'alice', PolicyName: 'p', PolicyDocument: document })
  const conflict = (what: string) =>
    assertFails(
      iam('DeleteUser', { UserName: 'alice' }),
      'DeleteConflict',
      409,
      `Cannot delete entity, must delete ${what} first.`,
    )
  await conflict('access keys')
  await iam('DeleteAccessKey', { UserName: 'alice', AccessKeyId: AccessKey.AccessKeyId })
  await conflict('policies')
  await iam('DeleteUserPolicy', { UserName: 'alice', PolicyName: 'p' })
  await iam('DeleteUser', { UserName: 'alice' })
})
