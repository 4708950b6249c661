import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  ListFunctionsCommand,
  type ListFunctionsCommandInput,
  paginateListFunctions,
} from '@aws-sdk/client-lambda'
import { createFunction, executionRole, lambdaClient, TIMEOUT_SECONDS, untilActive } from '../support/clients.ts'
import { sendSigned } from '../support/raw.ts'
import { breaks, invalid, type Refusal, refusalIn, validation } from '../support/refusal.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'
import { zipOfFixture } from '../support/zip.ts'

let server: TestServer
let Role: string
const COUNT = 120
const numbered = Array.from({ length: COUNT }, (_, index) => `fn-${String(index).padStart(3, '0')}`)

before(async () => {
  server = await startTestServer()
  Role = await executionRole(server)
  await Promise.all(numbered.map((name) => create(name)))
})
after(() => server[Symbol.asyncDispose]())

const ZipFile = zipOfFixture('echo-node')
const create = (FunctionName: string) =>
  lambdaClient(server).send(
    new CreateFunctionCommand({
      FunctionName,
      Role,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile },
    }),
  )
const remove = (FunctionName: string) => lambdaClient(server).send(new DeleteFunctionCommand({ FunctionName }))
const list = (input: ListFunctionsCommandInput = {}) => lambdaClient(server).send(new ListFunctionsCommand(input))

async function page(input: ListFunctionsCommandInput = {}) {
  const { Functions = [], NextMarker } = await list(input)
  return { names: Functions.map(({ FunctionName = '' }) => FunctionName), NextMarker }
}

/** Every page to the end, `between` after each. */
async function pages(
  input: ListFunctionsCommandInput = {},
  between = async (_page: number) => {},
): Promise<string[][]> {
  const found: string[][] = []
  let Marker: string | undefined
  do {
    const { names, NextMarker } = await page({ ...input, ...(Marker !== undefined && { Marker }) })
    found.push(names)
    Marker = NextMarker
    await between(found.length)
  } while (Marker !== undefined)
  return found
}

test('pages of fifty lead through every function once, in order of name', async () => {
  const found = await pages()
  assert.deepEqual(
    found.map(({ length }) => length),
    [50, 50, 20],
  )
  assert.deepEqual(found.flat(), numbered)
})

test('the paginator of the SDK sees the same', async () => {
  const found: string[] = []
  for await (const { Functions = [] } of paginateListFunctions({ client: lambdaClient(server), pageSize: 33 }, {}))
    found.push(...Functions.map(({ FunctionName = '' }) => FunctionName))
  assert.deepEqual(found, numbered)
})

for (const [MaxItems, sizes] of [
  [1, undefined],
  [7, undefined],
  [49, [49, 49, 22]],
  [50, [50, 50, 20]],
  [51, [50, 50, 20]],
  [60, [50, 50, 20]],
  [10_000, [50, 50, 20]],
] as const) {
  test(`MaxItems ${MaxItems} gives pages of ${Math.min(MaxItems, 50)}`, async () => {
    if (sizes) {
      const found = await pages({ MaxItems })
      assert.deepEqual(
        found.map(({ length }) => length),
        sizes,
      )
      return
    }
    const first = await page({ MaxItems })
    assert.deepEqual(first.names, numbered.slice(0, MaxItems))
    const second = await page({ MaxItems, Marker: first.NextMarker })
    assert.deepEqual(second.names, numbered.slice(MaxItems, 2 * MaxItems))
  })
}

test('a page that ends with the last function has no marker', async () => {
  const found = await pages({ MaxItems: 40 })
  assert.deepEqual(
    found.map(({ length }) => length),
    [40, 40, 40],
  )
})

test('functions that come and go between pages move no other function', async () => {
  const found = await pages({}, async (count) => {
    if (count !== 1) return
    await Promise.all(['fn-049', 'fn-000', 'fn-050'].map(remove))
    await Promise.all(['fn-0005', 'fn-0995', 'zz-last'].map(create))
  })
  const expected = numbered.filter((name) => name !== 'fn-050')
  assert.deepEqual(found.flat(), [...expected, 'fn-0995', 'zz-last'].sort())
  await Promise.all(['fn-0005', 'fn-0995', 'zz-last'].map(remove))
  await Promise.all(['fn-049', 'fn-000', 'fn-050'].map(create))
})

test('a marker that points to a function that is gone still leads on', async () => {
  const { NextMarker: Marker } = await page({ MaxItems: 10 })
  await Promise.all(['fn-009', 'fn-010'].map(remove))
  const { names } = await page({ MaxItems: 2, Marker })
  assert.deepEqual(names, ['fn-011', 'fn-012'])
  await Promise.all(['fn-009', 'fn-010'].map(create))
})

test('an empty marker is the first page', async () => {
  assert.deepEqual((await page({ Marker: '', MaxItems: 1 })).names, ['fn-000'])
})

test('an entry has every setting, but no states and no version of the runtime', async () => {
  await createFunction(server, {
    FunctionName: 'aa-detailed',
    code: 'echo-node',
    Environment: { Variables: { KEY: 'value' } },
    Description: 'text',
  })
  const { body } = await sendSigned(server, { method: 'GET', path: '/2015-03-31/functions?MaxItems=1' })
  const [entry] = body.Functions as Record<string, unknown>[]
  const { RevisionId, LastModified, CodeSha256, ...rest } = entry ?? {}
  assert.ok(RevisionId && LastModified && CodeSha256)
  assert.deepEqual(rest, {
    FunctionName: 'aa-detailed',
    FunctionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:aa-detailed`,
    Runtime: 'nodejs22.x',
    Role,
    Handler: 'index.handler',
    CodeSize: ZipFile.length,
    Description: 'text',
    Timeout: TIMEOUT_SECONDS,
    MemorySize: 128,
    Version: '$LATEST',
    Environment: { Variables: { KEY: 'value' } },
    TracingConfig: { Mode: 'PassThrough' },
    PackageType: 'Zip',
    Architectures: ['x86_64'],
    EphemeralStorage: { Size: 512 },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/aa-detailed' },
  })
  await remove('aa-detailed')
})

test('a list of all versions qualifies every ARN', async () => {
  const { Functions = [] } = await list({ FunctionVersion: 'ALL', MaxItems: 3 })
  assert.deepEqual(
    Functions.map(({ FunctionArn }) => FunctionArn),
    numbered.slice(0, 3).map((name) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}:$LATEST`),
  )
  assert.deepEqual((await pages({ FunctionVersion: 'ALL' })).flat(), numbered)
})

test('only functions of the own region are there', async () => {
  assert.equal((await list({ FunctionVersion: 'ALL', MasterRegion: REGION })).Functions?.length, 50)
  assert.equal((await list({ FunctionVersion: 'ALL', MasterRegion: 'ALL' })).Functions?.length, 50)
  assert.deepEqual((await page({ FunctionVersion: 'ALL', MasterRegion: 'eu-west-1' })).names, [])
})

test('a function is listed while it is Pending', async () => {
  await create('zz-pending')
  assert.equal((await pages()).flat().at(-1), 'zz-pending')
  await untilActive(server, 'zz-pending')
  await remove('zz-pending')
})

const badMarker = invalid('The provided marker is invalid.')
const refused: readonly { query: string; expected: Refusal }[] = [
  { query: 'Marker=nonsense', expected: badMarker },
  { query: 'Marker=%00', expected: badMarker },
  { query: 'Marker=eyJhIjoxfQ%3D%3D', expected: badMarker },
  {
    query: 'FunctionVersion=invalid',
    expected: validation(breaks('functionVersion', 'invalid', 'satisfy enum value set: [ALL]')),
  },
  {
    query: 'FunctionVersion=all',
    expected: validation(breaks('functionVersion', 'all', 'satisfy enum value set: [ALL]')),
  },
  {
    query: 'MaxItems=0',
    expected: validation(breaks('maxItems', '0', 'have value greater than or equal to 1')),
  },
  {
    query: 'MaxItems=10001',
    expected: validation(breaks('maxItems', '10001', 'have value less than or equal to 10000')),
  },
]

for (const { query, expected } of refused) {
  test(`${query} is refused`, async () => {
    const answer = await sendSigned(server, { method: 'GET', path: `/2015-03-31/functions?${query}` })
    assert.deepEqual(refusalIn(answer), expected)
  })
}

for (const MaxItems of ['many', '1.5', '', '1e1000']) {
  test(`MaxItems=${MaxItems} is no number and is refused`, async () => {
    const answer = await sendSigned(server, { method: 'GET', path: `/2015-03-31/functions?MaxItems=${MaxItems}` })
    assert.equal(answer.status, 400)
  })
}
