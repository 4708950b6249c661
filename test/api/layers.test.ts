import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import {
  DeleteLayerVersionCommand,
  GetAccountSettingsCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  ListLayersCommand,
  type ListLayersCommandInput,
  ListLayerVersionsCommand,
  type ListLayerVersionsCommandInput,
  paginateListLayers,
  paginateListLayerVersions,
} from '@aws-sdk/client-lambda'
import { lambdaClient } from '../support/clients.ts'
import { type LayerSetup, layerArnOf, publishLayer } from '../support/layers.ts'
import { sendSigned } from '../support/raw.ts'
import {
  breaks,
  denied,
  invalid,
  notFound,
  type Refusal,
  refusalIn,
  refusalOf,
  tooLarge,
  validation,
} from '../support/refusal.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'
import { zipOf } from '../support/zip.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
  await publishLayer(server, { LayerName: 'there' })
})
after(() => server[Symbol.asyncDispose]())

const publish = (LayerName: string, input: Partial<LayerSetup> = {}) => publishLayer(server, { LayerName, ...input })
const get = (LayerName: string, VersionNumber: number) =>
  lambdaClient(server).send(new GetLayerVersionCommand({ LayerName, VersionNumber }))
const getByArn = (Arn: string) => lambdaClient(server).send(new GetLayerVersionByArnCommand({ Arn }))
const remove = (LayerName: string, VersionNumber: number) =>
  lambdaClient(server).send(new DeleteLayerVersionCommand({ LayerName, VersionNumber }))
const list = (input: ListLayersCommandInput = {}) => lambdaClient(server).send(new ListLayersCommand(input))
const listVersions = (LayerName: string, input: Partial<ListLayerVersionsCommandInput> = {}) =>
  lambdaClient(server).send(new ListLayerVersionsCommand({ LayerName, ...input }))

const gone = notFound('The resource you requested does not exist.')
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/
const LAYER_VERSION_PATTERN =
  '(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)'
const LAYER_PATTERN =
  '(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+'
const LISTED_RUNTIMES =
  '[ruby3.5, ruby2.6, dotnetcore1.0, python3.7, nodejs8.10, nasa, ruby2.7, python2.7-greengrass, dotnetcore2.0, python3.8, java21, dotnet6, dotnetcore2.1, python3.9, java11, nodejs6.10, provided, dotnetcore3.1, dotnet8, java25, java17, nodejs, nodejs4.3, java8.al2, go1.x, dotnet10, nodejs20.x, go1.9, byol, nodejs10.x, provided.al2023, nodejs22.x, python3.10, java8, nodejs12.x, python3.11, nodejs24.x, nodejs8.x, python3.12, nodejs14.x, nodejs8.9, nodejs26.x, python3.13, python3.14, nodejs16.x, python3.15, provided.al2, nodejs4.3-edge, nodejs18.x, ruby3.2, python3.4, ruby3.3, ruby3.4, ruby2.5, python3.6, python2.7]'
const SUPPORTED_RUNTIMES =
  '[nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2]'

test('the smallest publication is answered with 201 and shows what was left out of it nowhere', async () => {
  const ZipFile = zipOf({ 'bin/tool': 'x' })
  const { status, body } = await sendSigned(server, {
    method: 'POST',
    path: '/2018-10-31/layers/small/versions',
    body: JSON.stringify({ Content: { ZipFile: ZipFile.toString('base64') } }),
  })
  assert.equal(status, 201)
  const { Content, CreatedDate, ...rest } = body
  const { Location, ...content } = Content as { Location: string }
  assert.match(String(CreatedDate), TIME)
  assert.deepEqual(content, {
    CodeSha256: createHash('sha256').update(ZipFile).digest('base64'),
    CodeSize: ZipFile.length,
  })
  assert.deepEqual(rest, {
    LayerArn: layerArnOf('small'),
    LayerVersionArn: layerArnOf('small:1'),
    Version: 1,
    Description: '',
  })
  assert.deepEqual(Buffer.from(await (await fetch(Location)).arrayBuffer()), ZipFile)
})

const described: Partial<LayerSetup> = {
  Description: 'Grüße',
  CompatibleRuntimes: ['python3.12', 'nodejs22.x'],
  CompatibleArchitectures: ['x86_64', 'arm64'],
  LicenseInfo: 'MIT',
}

test('a layer version is got by number and by ARN as it was published, and its content downloads', async () => {
  const { Content, status, ...published } = await publish('full', described)
  for (const [name, value] of Object.entries(described)) assert.deepEqual(published[name as 'Description'], value)
  const found = [await get('full', 1), await get(layerArnOf('full'), 1), await getByArn(layerArnOf('full:1'))]
  for (const { $metadata, Content: content, ...shown } of found) {
    assert.deepEqual([$metadata.httpStatusCode, shown], [200, published])
    assert.equal(content?.CodeSha256, Content?.CodeSha256)
    const downloaded = Buffer.from(await (await fetch(content?.Location ?? '')).arrayBuffer())
    assert.deepEqual(downloaded, zipOf({ 'text.txt': 'text' }))
  }
})

test('a layer is published and read by its ARN as well', async () => {
  assert.equal((await publish(layerArnOf('by-arn'))).LayerVersionArn, layerArnOf('by-arn:1'))
  assert.equal((await get('by-arn', 1)).Version, 1)
  await remove(layerArnOf('by-arn'), 1)
  assert.deepEqual(await refusalOf(get('by-arn', 1)), gone)
})

test('numbers go up, also after deletions, and deleting is idempotent', async () => {
  for (const number of [1, 2]) assert.equal((await publish('numbered')).Version, number)
  for (const _ of ['once', 'twice']) assert.equal((await remove('numbered', 2)).$metadata.httpStatusCode, 204)
  assert.deepEqual(await refusalOf(get('numbered', 2)), gone)
  assert.equal((await publish('numbered')).Version, 3)
  for (const number of [1, 3]) await remove('numbered', number)
  assert.deepEqual((await listVersions('numbered')).LayerVersions, [])
  assert.equal((await publish('numbered')).Version, 4)
  assert.equal((await remove('never', 7)).$metadata.httpStatusCode, 204)
})

test('of publications at the same time each has a number of its own', async () => {
  const made = await Promise.all(Array.from({ length: 20 }, () => publish('race')))
  const numbers = made.map(({ Version = 0 }) => Version).sort((a, b) => a - b)
  assert.deepEqual(
    numbers,
    Array.from({ length: 20 }, (_, i) => i + 1),
  )
})

test('versions are listed newest first, without content, in pages', async () => {
  for (let i = 0; i < 5; i++) await publish('paged', { Description: `d${i + 1}` })
  const { body } = await sendSigned(server, { method: 'GET', path: '/2018-10-31/layers/paged/versions?MaxItems=1' })
  const [{ CreatedDate, ...item } = {}] = body.LayerVersions as Record<string, unknown>[]
  assert.match(String(CreatedDate), TIME)
  assert.deepEqual(item, { LayerVersionArn: layerArnOf('paged:5'), Version: 5, Description: 'd5' })
  const found: (number | undefined)[] = []
  const client = lambdaClient(server)
  for await (const { LayerVersions = [] } of paginateListLayerVersions({ client, pageSize: 2 }, { LayerName: 'paged' }))
    found.push(...LayerVersions.map(({ Version }) => Version))
  assert.deepEqual(found, [5, 4, 3, 2, 1])
  assert.deepEqual((await listVersions(layerArnOf('paged'))).LayerVersions?.length, 5)
})

test('layers and their versions are listed by what they say they fit', async () => {
  await publish('fit', { CompatibleRuntimes: ['python3.12', 'python3.13'], CompatibleArchitectures: ['x86_64'] })
  await publish('fit', { CompatibleRuntimes: ['python3.13'], CompatibleArchitectures: ['arm64'] })
  await publish('fit')
  const cases = [
    [{}, [3, 2, 1], 3],
    [{ CompatibleRuntime: 'python3.13' }, [2, 1], 2],
    [{ CompatibleRuntime: 'python3.12' }, [1], 1],
    [{ CompatibleArchitecture: 'x86_64' }, [1], 1],
    [{ CompatibleArchitecture: 'arm64', CompatibleRuntime: 'python3.13' }, [2], 2],
    [{ CompatibleArchitecture: 'arm64', CompatibleRuntime: 'python3.12' }, [], undefined],
  ] as const
  for (const [filter, versions, newest] of cases) {
    const listed = await listVersions('fit', filter)
    assert.deepEqual(
      listed.LayerVersions?.map(({ Version }) => Version),
      versions,
    )
    const { Layers = [] } = await list(filter)
    const layer = Layers.find(({ LayerName }) => LayerName === 'fit')
    assert.equal(layer?.LatestMatchingVersion?.Version, newest)
  }
})

test('layers are listed in order of name, each once, in pages of 50', async () => {
  await using other = await startTestServer()
  const names = Array.from({ length: 55 }, (_, i) => `layer-${String(i).padStart(2, '0')}`)
  await Promise.all([...names, ...names.slice(0, 3)].map((LayerName) => publishLayer(other, { LayerName })))
  const client = lambdaClient(other)
  const first = await client.send(new ListLayersCommand({}))
  assert.equal(first.Layers?.length, 50)
  const { LatestMatchingVersion: { CreatedDate, ...version } = {}, ...layer } = first.Layers?.[0] ?? {}
  assert.deepEqual(
    [layer, version],
    [
      { LayerName: 'layer-00', LayerArn: layerArnOf('layer-00') },
      { LayerVersionArn: layerArnOf('layer-00:2'), Version: 2, Description: '' },
    ],
  )
  const found: (string | undefined)[] = []
  for await (const { Layers = [] } of paginateListLayers({ client, pageSize: 7 }, {}))
    found.push(...Layers.map(({ LayerName }) => LayerName))
  assert.deepEqual(found, names)
})

test('layer versions survive a crash, and their numbers too', async () => {
  await using first = await startTestServer()
  const { dataDirectory } = first
  await publishLayer(first, { LayerName: 'l' })
  await lambdaClient(first).send(new DeleteLayerVersionCommand({ LayerName: 'l', VersionNumber: 1 }))
  const { status: _, Content, ...second } = await publishLayer(first, { ...described, LayerName: 'l' })
  await first.kill()
  await using again = await startTestServer({ dataDirectory })
  const {
    $metadata: __,
    Content: content,
    ...found
  } = await lambdaClient(again).send(new GetLayerVersionCommand({ LayerName: 'l', VersionNumber: 2 }))
  assert.deepEqual(found, second)
  assert.equal((await fetch(content?.Location ?? '')).status, 200)
  assert.equal((await publishLayer(again, { LayerName: 'l' })).Version, 3)
})

test('the code of layers counts for the account', async () => {
  const used = async () =>
    (await lambdaClient(server).send(new GetAccountSettingsCommand({}))).AccountUsage?.TotalCodeSize ?? 0
  const before = await used()
  const size = zipOf({ 'text.txt': 'text' }).length
  await publish('counted')
  await publish('counted')
  assert.equal(await used(), before + 2 * size)
  await remove('counted', 1)
  assert.equal(await used(), before + size)
})

const invalidRuntimes = (value: string) =>
  breaks('compatibleRuntimes', value, `satisfy enum value set: ${SUPPORTED_RUNTIMES}`)
const invalidArchitectures = (value: string) =>
  breaks(
    'compatibleArchitectures',
    value,
    'satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]',
  )
const lessThanOne = invalid('Layer Version Cannot be less than 1')
const foreign = (arn: string, action: string) =>
  denied(
    `User: arn:aws:iam::${ACCOUNT}:root is not authorized to perform: ${action} on resource: ${arn} because no resource-based policy allows the ${action} action`,
  )
const elsewhere = `arn:aws:lambda:eu-west-1:${ACCOUNT}:layer:there`
const otherPartition = `arn:aws-cn:lambda:${REGION}:${ACCOUNT}:layer:there`
const otherAccount = `arn:aws:lambda:${REGION}:111122223333:layer:there`

const refused: readonly (readonly [name: string, attempt: () => Promise<unknown>, expected: Refusal])[] = [
  [
    'a list by a runtime that is none',
    () => list({ CompatibleRuntime: 'runtimedoesnotexist' as never }),
    validation(breaks('compatibleRuntime', 'runtimedoesnotexist', `satisfy enum value set: ${LISTED_RUNTIMES}`)),
  ],
  [
    'a list of versions by a runtime that is none',
    () => listVersions('there', { CompatibleRuntime: 'runtimedoesnotexist' as never }),
    validation(breaks('compatibleRuntime', 'runtimedoesnotexist', `satisfy enum value set: ${LISTED_RUNTIMES}`)),
  ],
  [
    'a list by an architecture that is none',
    () => list({ CompatibleArchitecture: 'archdoesnotexist' as never }),
    validation(breaks('compatibleArchitecture', 'archdoesnotexist', 'satisfy enum value set: [x86_64, arm64]')),
  ],
  ['a layer that does not exist', () => get('nothing', 1), gone],
  ['a version that does not exist', () => get('there', 2), gone],
  ['a negative version', () => get('there', -1), lessThanOne],
  ['version 0', () => get('there', 0), lessThanOne],
  ['deleting version 0', () => remove('there', 0), lessThanOne],
  ['deleting a negative version', () => remove('nothing', -1), lessThanOne],
  [
    'the ARN of a layer without a version',
    () => getByArn(layerArnOf('there')),
    validation(breaks('arn', layerArnOf('there'), `satisfy regular expression pattern: ${LAYER_VERSION_PATTERN}`)),
  ],
  ['the ARN of a version that does not exist', () => getByArn(layerArnOf('there:5')), gone],
  ['the ARN of version 0', () => getByArn(layerArnOf('there:0')), gone],
  ['a number with a zero before it', () => getByArn(layerArnOf('there:01')), gone],
  ['the ARN of a layer of another region', () => getByArn(`${elsewhere}:1`), gone],
  ['the ARN of a layer of another partition', () => getByArn(`${otherPartition}:1`), gone],
  ['a layer of another region', () => get(elsewhere, 1), gone],
  ['publishing in another region', () => publish(elsewhere), gone],
  ['deleting in another partition', () => remove(otherPartition, 1), gone],
  ['a layer of another account', () => get(otherAccount, 1), foreign(`${otherAccount}:1`, 'lambda:GetLayerVersion')],
  ['publishing for another account', () => publish(otherAccount), foreign(otherAccount, 'lambda:PublishLayerVersion')],
  [
    'a name with a blank',
    () => publish('a b'),
    validation(breaks('layerName', 'a b', `satisfy regular expression pattern: ${LAYER_PATTERN}`)),
  ],
  [
    'a name of 141 characters',
    () => publish('a'.repeat(141)),
    validation(breaks('layerName', 'a'.repeat(141), 'have length less than or equal to 140')),
  ],
  [
    'a runtime and an architecture that are none',
    () =>
      publish('new', {
        CompatibleRuntimes: ['invalidruntime' as never],
        CompatibleArchitectures: ['invalidarch' as never],
      }),
    validation(invalidRuntimes('[invalidruntime]'), invalidArchitectures('[invalidarch]')),
  ],
  [
    'runtimes and architectures some of which are none',
    () =>
      publish('new', {
        CompatibleRuntimes: ['invalidruntime', 'invalidruntime2', 'nodejs20.x'] as never,
        CompatibleArchitectures: ['invalidarch', 'x86_64'] as never,
      }),
    validation(
      invalidRuntimes('[invalidruntime, invalidruntime2, nodejs20.x]'),
      invalidArchitectures('[invalidarch, x86_64]'),
    ),
  ],
  [
    'content that is no zip',
    () => publish('new', { Content: { ZipFile: Buffer.from('no zip') } }),
    invalid('Could not unzip uploaded file. Please check your file, then try to upload again.'),
  ],
  ['no content', () => publish('new', { Content: {} }), invalid('Please provide a source for function code.')],
  [
    'a zip beyond 50 MB',
    () => publish('new', { Content: { ZipFile: Buffer.alloc(52_428_801) } }),
    tooLarge('Zipped size must be smaller than 52428800 bytes'),
  ],
  ['a marker that was never given out', () => list({ Marker: 'x' }), invalid('The provided marker is invalid.')],
  [
    'a page of 51',
    () => listVersions('there', { MaxItems: 51 }),
    validation(breaks('maxItems', '51', 'have value less than or equal to 50')),
  ],
]

for (const [name, attempt, expected] of refused) {
  test(`refused is ${name}`, async () => {
    assert.deepEqual(await refusalOf(attempt()), expected)
    assert.deepEqual((await listVersions('new')).LayerVersions, [])
  })
}

test('a number that is none is refused, whatever the operation', async () => {
  for (const method of ['GET', 'DELETE'] as const)
    for (const number of ['abc', '1e400', '99999999999999999999', '1.5'])
      assert.equal(
        refusalIn(await sendSigned(server, { method, path: `/2018-10-31/layers/there/versions/${number}` })).status,
        400,
      )
})

test('versions of layers elsewhere are not listed', async () => {
  for (const name of ['nothing', elsewhere, otherPartition, otherAccount])
    assert.deepEqual((await listVersions(name)).LayerVersions, [])
})
