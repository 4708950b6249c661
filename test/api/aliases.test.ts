import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateAliasCommand,
  type CreateAliasCommandInput,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  ListAliasesCommand,
  paginateListAliases,
  UpdateAliasCommand,
  type UpdateAliasCommandInput,
} from '@aws-sdk/client-lambda'
import { createFunction, invoke, lambdaClient } from '../support/clients.ts'
import { answering, arnOf, configurationOf, describeAs, publishVersion } from '../support/functions.ts'
import { sendSigned } from '../support/raw.ts'
import {
  conflict,
  invalid,
  notFound,
  type Refusal,
  refusalIn,
  refusalOf,
  revisionMismatch,
  validation,
} from '../support/refusal.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
  await createFunction(server, { FunctionName: 'f', code: answering('f') })
  for (const text of ['1', '2', '3']) {
    await describeAs(server, 'f', text)
    await publishVersion(server, 'f')
  }
})
after(() => server[Symbol.asyncDispose]())

const PATH = '/2015-03-31/functions/f/aliases'
const send = lambdaClient
const create = (Name: string, input: Partial<CreateAliasCommandInput> = {}) =>
  send(server).send(new CreateAliasCommand({ FunctionName: 'f', Name, FunctionVersion: '1', ...input }))
const update = (Name: string, input: Partial<UpdateAliasCommandInput> = {}) =>
  send(server).send(new UpdateAliasCommand({ FunctionName: 'f', Name, ...input }))
const get = (Name: string, FunctionName = 'f') => send(server).send(new GetAliasCommand({ FunctionName, Name }))
const remove = (Name: string, FunctionName = 'f') => send(server).send(new DeleteAliasCommand({ FunctionName, Name }))
const weights = (map: Record<string, number>) => ({ AdditionalVersionWeights: map })

function shown<Output extends { $metadata: { httpStatusCode?: number | undefined } }>({ $metadata, ...alias }: Output) {
  return { ...alias, status: $metadata.httpStatusCode }
}

test('an alias is created, shown, changed and deleted', async () => {
  const { RevisionId, ...created } = shown(await create('life'))
  assert.deepEqual(created, {
    AliasArn: arnOf('f:life'),
    Name: 'life',
    FunctionVersion: '1',
    Description: '',
    status: 201,
  })
  assert.match(String(RevisionId), /^[0-9a-f-]{36}$/)
  assert.deepEqual(shown(await get('life')), { ...created, RevisionId, status: 200 })
  const changed = shown(await update('life', { FunctionVersion: '2', Description: 'second' }))
  assert.notEqual(changed.RevisionId, RevisionId)
  assert.deepEqual(
    { ...changed, RevisionId },
    { ...created, RevisionId, FunctionVersion: '2', Description: 'second', status: 200 },
  )
  assert.deepEqual(shown(await get('life')), changed)
  assert.equal((await remove('life')).$metadata.httpStatusCode, 204)
  assert.deepEqual(await refusalOf(get('life')), notFound(`Cannot find alias arn: ${arnOf('f:life')}`))
})

test('what an update leaves out stays, and every update has a new revision', async () => {
  await create('partial', { Description: 'text', RoutingConfig: weights({ 2: 0.25 }) })
  const revisions = new Set([(await get('partial')).RevisionId])
  const expected = { FunctionVersion: '1', Description: 'text', RoutingConfig: weights({ 2: 0.25 }) }
  const steps: readonly [Partial<UpdateAliasCommandInput>, object][] = [
    [{}, {}],
    [{ Description: '' }, { Description: '' }],
    [{ FunctionVersion: '3' }, { Description: '', FunctionVersion: '3' }],
    [{ RoutingConfig: weights({ 1: 1 }) }, { Description: '', FunctionVersion: '3', RoutingConfig: weights({ 1: 1 }) }],
  ]
  for (const [change, result] of steps) {
    const { RevisionId, FunctionVersion, Description, RoutingConfig } = await update('partial', change)
    revisions.add(RevisionId)
    assert.deepEqual({ FunctionVersion, Description, RoutingConfig }, { ...expected, ...result })
  }
  assert.equal(revisions.size, 5)
  for (const RoutingConfig of [weights({}), {}]) {
    await update('partial', { RoutingConfig: weights({ 2: 0 }) })
    assert.equal('RoutingConfig' in (await update('partial', { RoutingConfig })), false)
    assert.equal((await get('partial')).RoutingConfig, undefined)
  }
})

test('the body of an alias has the members of AWS and no others', async () => {
  await create('members', { RoutingConfig: weights({ 2: 0.5 }) })
  const { body } = await sendSigned(server, { method: 'GET', path: `${PATH}/members` })
  assert.deepEqual(Object.keys(body).sort(), [
    'AliasArn',
    'Description',
    'FunctionVersion',
    'Name',
    'RevisionId',
    'RoutingConfig',
  ])
  const deletion = await sendSigned(server, { method: 'DELETE', path: `${PATH}/members` })
  assert.deepEqual([deletion.status, deletion.text], [204, ''])
})

test('an alias does not change the revisions of what it points to', async () => {
  const before = [await configurationOf(server, 'f'), await configurationOf(server, 'f', '1')]
  await create('quiet')
  await update('quiet', { FunctionVersion: '2' })
  assert.deepEqual([await configurationOf(server, 'f'), await configurationOf(server, 'f', '1')], before)
})

test('an alias may point to $LATEST, and leads to what it is now', async () => {
  await create('newest', { FunctionVersion: '$LATEST' })
  const shownAs = await configurationOf(server, 'f', 'newest')
  assert.deepEqual(shownAs, { ...(await configurationOf(server, 'f')), FunctionArn: arnOf('f:newest') })
})

for (const [FunctionName, Qualifier] of [['f', 'prod'], ['f:prod'], [arnOf('f:prod')], ['f:prod', 'prod']] as const)
  test(`GetFunctionConfiguration of ${FunctionName}${Qualifier ? ` at ${Qualifier}` : ''} shows the version with the ARN of the alias`, async () => {
    await create('prod', { FunctionVersion: '2' }).catch(() => undefined)
    const { FunctionArn, ...configuration } = await configurationOf(server, FunctionName, Qualifier)
    assert.equal(FunctionArn, arnOf('f:prod'))
    const { FunctionArn: _, ...version } = await configurationOf(server, 'f', '2')
    assert.deepEqual(configuration, version)
  })

test('an alias that does not exist is deleted successfully', async () => {
  assert.equal((await remove('never')).$metadata.httpStatusCode, 204)
})

test('of many that create the same alias one succeeds', async () => {
  const made = await Promise.allSettled(Array.from({ length: 20 }, () => create('race')))
  assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('updates without a revision that come at the same time are all made, with the same revision only one', async () => {
  const { RevisionId } = await create('writers')
  await Promise.all(Array.from({ length: 20 }, (_, i) => update('writers', { Description: `d${i}` })))
  assert.match(String((await get('writers')).Description), /^d\d+$/)
  const now = await get('writers')
  assert.notEqual(now.RevisionId, RevisionId)
  const made = await Promise.allSettled(
    Array.from({ length: 20 }, () => update('writers', { RevisionId: now.RevisionId })),
  )
  assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('a version that an alias points to is not deleted, with or without a weight', async () => {
  await createFunction(server, { FunctionName: 'bound', code: answering('bound') })
  for (const text of ['1', '2', '3']) {
    await describeAs(server, 'bound', text)
    await publishVersion(server, 'bound')
  }
  const deletion = (Qualifier: string) =>
    send(server).send(new DeleteFunctionCommand({ FunctionName: 'bound', Qualifier }))
  const inUse = (names: string) =>
    conflict(`Unable to delete version because the following aliases reference it: [${names}]`)
  await create('b', { FunctionName: 'bound', FunctionVersion: '1', RoutingConfig: weights({ 2: 0.5 }) })
  await create('a', { FunctionName: 'bound', FunctionVersion: '2' })
  assert.deepEqual(await refusalOf(deletion('1')), inUse('b'))
  assert.deepEqual(await refusalOf(deletion('2')), inUse('a, b'))
  assert.equal((await deletion('3')).$metadata.httpStatusCode, 204)
  assert.equal((await configurationOf(server, 'bound', '2')).Version, '2')
  await remove('a', 'bound')
  await update('b', { FunctionName: 'bound', RoutingConfig: weights({}) })
  assert.equal((await deletion('2')).$metadata.httpStatusCode, 204)
})

test('the aliases of a function go with it', async () => {
  const again = async (text: string) => {
    await createFunction(server, { FunctionName: 'clean', code: answering(text) })
    await publishVersion(server, 'clean')
  }
  await again('first')
  await create('live', { FunctionName: 'clean' })
  assert.equal((await invoke(server, 'clean:live')).payload, 'first')
  await send(server).send(new DeleteFunctionCommand({ FunctionName: 'clean' }))
  await again('second')
  assert.equal((await refusalOf(get('live', 'clean'))).status, 404)
  assert.equal((await refusalOf(invoke(server, 'clean:live'))).status, 404)
  assert.deepEqual((await send(server).send(new ListAliasesCommand({ FunctionName: 'clean' }))).Aliases, [])
})

test('a list is in order of name, in pages, and may be of one version only', async () => {
  await createFunction(server, { FunctionName: 'listed', code: answering('listed') })
  await publishVersion(server, 'listed')
  const names = Array.from({ length: 60 }, (_, i) => `a${String(i).padStart(2, '0')}`)
  await Promise.all(
    names.map((name, i) => create(name, { FunctionName: 'listed', FunctionVersion: i % 2 ? '1' : '$LATEST' })),
  )
  const list = async (input: object = {}) => {
    const page = await send(server).send(new ListAliasesCommand({ FunctionName: 'listed', ...input }))
    return { names: page.Aliases?.map(({ Name }) => Name), marker: page.NextMarker }
  }
  const first = await list({ MaxItems: 60 })
  assert.deepEqual(first.names, names.slice(0, 50))
  const rest = await list({ Marker: first.marker })
  assert.deepEqual(rest, { names: names.slice(50), marker: undefined })
  const ofOne = await list({ FunctionVersion: '1' })
  assert.deepEqual(ofOne, { names: names.filter((_, i) => i % 2), marker: undefined })
  assert.deepEqual((await list({ FunctionVersion: '7' })).names, [])
  const found: (string | undefined)[] = []
  const client = lambdaClient(server)
  for await (const { Aliases = [] } of paginateListAliases({ client, pageSize: 7 }, { FunctionName: 'listed' }))
    found.push(...Aliases.map(({ Name }) => Name))
  assert.deepEqual(found, names)
  assert.deepEqual(await refusalOf(list({ Marker: 'x' })), invalid('The provided marker is invalid.'))
})

test('aliases survive a crash', async () => {
  await using first = await startTestServer()
  const { dataDirectory } = first
  await createFunction(first, { FunctionName: 'f', code: answering('durable') })
  await publishVersion(first, 'f')
  const alias = await send(first).send(
    new CreateAliasCommand({ FunctionName: 'f', Name: 'live', FunctionVersion: '1', Description: 'kept' }),
  )
  await first.kill()
  await using second = await startTestServer({ dataDirectory })
  const found = await send(second).send(new GetAliasCommand({ FunctionName: 'f', Name: 'live' }))
  assert.deepEqual(shown(found), { ...shown(alias), status: 200 })
  assert.equal((await invoke(second, 'f:live')).payload, 'durable')
})

const mapValues = (text: string) =>
  validation(
    `Value '${text}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]`,
  )
const NAME = '(?!^[0-9]+$)([a-zA-Z0-9-_]+)'
const badName = (name: string) =>
  validation(
    `Value '${name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ${NAME}`,
  )

interface Case {
  readonly name: string
  readonly change: Partial<CreateAliasCommandInput>
  readonly expected: Refusal
  readonly keys?: readonly string[]
}

const both: readonly Case[] = [
  {
    name: 'two weights',
    change: { RoutingConfig: weights({ 2: 0.2, 3: 0.1 }) },
    expected: invalid('Number of items in AdditionalVersionWeights cannot be greater than 1'),
  },
  {
    name: 'a weight above 1',
    change: { RoutingConfig: weights({ 2: 2 }) },
    expected: mapValues('{2=2.0}'),
    keys: ['message'],
  },
  {
    name: 'a weight below 0',
    change: { RoutingConfig: weights({ 2: -1 }) },
    expected: mapValues('{2=-1.0}'),
    keys: ['message'],
  },
  {
    name: 'the same version twice',
    change: { FunctionVersion: '1', RoutingConfig: weights({ 1: 0.5 }) },
    expected: invalid('Invalid function version 1. Function version 1 is already included in routing configuration.'),
  },
  {
    name: 'a version that does not exist',
    change: { FunctionVersion: '10' },
    expected: notFound(`Function not found: ${arnOf('f:10')}`),
    keys: ['Type', 'Message'],
  },
  {
    name: 'a weight of a version that does not exist',
    change: { RoutingConfig: weights({ 10: 0.5 }) },
    expected: notFound(`Function not found: ${arnOf('f:10')}`),
    keys: ['Type', 'Message'],
  },
  {
    name: '$LATEST beside a weight',
    change: { FunctionVersion: '$LATEST', RoutingConfig: weights({ 1: 0.5 }) },
    expected: invalid('$LATEST is not supported for an alias pointing to more than 1 version'),
    keys: ['message'],
  },
  {
    name: 'a weight of $LATEST',
    change: { RoutingConfig: weights({ $LATEST: 0.5 }) },
    expected: validation(
      "Value '{$LATEST=0.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]",
    ),
    keys: ['message'],
  },
  {
    name: 'a version that is none',
    change: { FunctionVersion: 'live' },
    expected: validation(
      "Value 'live' at 'functionVersion' failed to satisfy constraint: Member must satisfy regular expression pattern: (\\$LATEST(\\.PUBLISHED)?|[0-9]+)",
    ),
    keys: ['message'],
  },
]

const creations: readonly Case[] = [
  ...both,
  {
    name: 'a function that does not exist',
    change: { FunctionName: 'f-unknown' },
    expected: notFound(`Function not found: ${arnOf('f-unknown:1')}`),
    keys: ['Type', 'Message'],
  },
  {
    name: 'a name that is taken',
    change: { Name: 'custom' },
    expected: conflict(`Alias already exists: ${arnOf('f:custom')}`),
  },
  { name: 'a number for a name', change: { Name: '2024' }, expected: badName('2024'), keys: ['message'] },
  { name: 'a name with a blank', change: { Name: 'a b' }, expected: badName('a b'), keys: ['message'] },
]

const updates: readonly Case[] = [
  ...both,
  {
    name: 'an alias that does not exist',
    change: { Name: 'non-existent' },
    expected: notFound(`Alias not found: ${arnOf('f:non-existent')}`),
    keys: ['Type', 'Message'],
  },
  { name: 'another revision', change: { RevisionId: 'wrong' } as object, expected: revisionMismatch() },
]

test('an alias that is refused is not there', async (t) => {
  await create('custom')
  for (const { name, change, expected, keys = ['Type', 'message'] } of creations)
    await t.test(`${name} is refused`, async () => {
      assert.deepEqual(await refusalOf(create('refused', change)), expected)
      const { FunctionName = 'f', ...input } = change
      const answer = await sendSigned(server, {
        method: 'POST',
        path: `/2015-03-31/functions/${FunctionName}/aliases`,
        body: JSON.stringify({ Name: 'refused', FunctionVersion: '1', ...input }),
      })
      assert.deepEqual(refusalIn(answer), expected)
      assert.deepEqual(Object.keys(answer.body), keys)
    })
  assert.equal((await refusalOf(get('refused'))).status, 404)
})

test('an update that is refused changes nothing', async (t) => {
  await create('unchanged')
  const before = await get('unchanged')
  for (const { name, change, expected } of updates)
    await t.test(`${name} is refused`, async () => {
      assert.deepEqual(await refusalOf(update('unchanged', change)), expected)
    })
  assert.equal((await get('unchanged')).RevisionId, before.RevisionId)
})

const elsewhere: readonly { name: string; call: () => Promise<unknown>; expected: Refusal }[] = [
  {
    name: 'GetAlias of an unknown alias',
    call: () => get('non-existent'),
    expected: notFound(`Cannot find alias arn: ${arnOf('f:non-existent')}`),
  },
  {
    name: 'GetFunction of an unknown alias',
    call: () => configurationOf(server, 'f', 'aliasdoesnotexist'),
    expected: notFound(`Function not found: ${arnOf('f:aliasdoesnotexist')}`),
  },
  {
    name: 'GetFunction of an unknown alias by ARN',
    call: () => configurationOf(server, arnOf('f:aliasdoesnotexist')),
    expected: notFound(`Function not found: ${arnOf('f:aliasdoesnotexist')}`),
  },
  {
    name: 'ListAliases of an unknown function',
    call: () => lambdaClient(server).send(new ListAliasesCommand({ FunctionName: 'gone' })),
    expected: notFound(`Function not found: ${arnOf('gone')}`),
  },
  {
    name: 'DeleteAlias of an unknown function',
    call: () => remove('live', 'gone'),
    expected: notFound(`Function not found: ${arnOf('gone')}`),
  },
]

for (const { name, call, expected } of elsewhere)
  test(`${name} is refused`, async () => {
    assert.deepEqual(await refusalOf(call()), expected)
  })
