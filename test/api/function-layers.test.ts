import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  DeleteLayerVersionCommand,
  GetFunctionConfigurationCommand,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import {
  allowUser,
  createFunction,
  createUser,
  executionRole,
  invoke,
  lambdaClient,
  untilUpdated,
} from '../support/clients.ts'
import { answering, configurationOf, publishVersion } from '../support/functions.ts'
import { layerArnOf, publishLayer } from '../support/layers.ts'
import { denied, invalid, type Refusal, refusalOf } from '../support/refusal.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'
import { zipOf, zipOfEntries } from '../support/zip.ts'

let server: TestServer
let Role: string
before(async () => {
  server = await startTestServer()
  Role = await executionRole(server)
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await publishLayer(server, { LayerName: name })
  await publishLayer(server, { LayerName: 'a', files: { 'second.txt': 'the second version of a' } })
})
after(() => server[Symbol.asyncDispose]())

const arns = (...names: readonly string[]) => names.map(layerArnOf)
const shownAs = (...names: readonly string[]) =>
  names.map((name) => ({ Arn: layerArnOf(name), CodeSize: name === 'a:2' ? secondSize : size }))
const size = zipOf({ 'text.txt': 'text' }).length
const secondSize = zipOf({ 'second.txt': 'the second version of a' }).length

const create = (
  change: Partial<CreateFunctionCommandInput> & { FunctionName: string },
  credentials = server.credentials,
) =>
  lambdaClient(server, credentials).send(
    new CreateFunctionCommand({
      Role,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: zipOf(answering('x')) },
      ...change,
    }),
  )
const setLayers = (FunctionName: string, Layers: string[] | undefined, credentials = server.credentials, on = server) =>
  lambdaClient(on, credentials).send(new UpdateFunctionConfigurationCommand({ FunctionName, Layers }))

test('a function shows its layers wherever it is described', async () => {
  const created = await create({ FunctionName: 'shown', Layers: arns('b:1', 'a:2') })
  assert.deepEqual(created.Layers, shownAs('b:1', 'a:2'))
  await untilUpdated(server, 'shown')
  assert.deepEqual((await configurationOf(server, 'shown')).Layers, shownAs('b:1', 'a:2'))
  const { Functions = [] } = await lambdaClient(server).send(new ListFunctionsCommand({}))
  assert.deepEqual(Functions.find(({ FunctionName }) => FunctionName === 'shown')?.Layers, shownAs('b:1', 'a:2'))
  assert.equal('Layers' in (await create({ FunctionName: 'without' })), false)
})

test('an update replaces the layers, keeps them when it names none, and an empty list takes them away', async () => {
  await createFunction(server, { FunctionName: 'changed', code: answering('x'), Layers: arns('a:1') })
  const steps = [
    [arns('b:1', 'a:2'), shownAs('b:1', 'a:2')],
    [undefined, shownAs('b:1', 'a:2')],
    [arns('c:1'), shownAs('c:1')],
    [[], undefined],
  ] as const
  for (const [layers, expected] of steps) {
    const { Layers } = await setLayers('changed', layers && [...layers])
    assert.deepEqual(Layers, expected)
    await untilUpdated(server, 'changed')
    assert.deepEqual((await configurationOf(server, 'changed')).Layers, expected)
  }
})

test('a published version keeps its layers, and other layers are something new to publish', async () => {
  await createFunction(server, { FunctionName: 'versioned', code: answering('x'), Layers: arns('a:1') })
  assert.equal((await publishVersion(server, 'versioned')).Version, '1')
  await setLayers('versioned', arns('a:2'))
  await untilUpdated(server, 'versioned')
  assert.equal((await publishVersion(server, 'versioned')).Version, '2')
  await setLayers('versioned', [])
  await untilUpdated(server, 'versioned')
  const { Versions } = await lambdaClient(server).send(new ListVersionsByFunctionCommand({ FunctionName: 'versioned' }))
  assert.deepEqual(
    Versions?.map(({ Layers }) => Layers),
    [undefined, shownAs('a:1'), shownAs('a:2')],
  )
})

const elsewhere = `arn:aws:lambda:eu-west-1:${ACCOUNT}:layer:a:1`
const foreign = `arn:aws:lambda:${REGION}:111122223333:layer:a:1`
const same = (first: string, second: string) =>
  invalid(
    `Two different versions of the same layer are not allowed to be referenced in the same function. ${layerArnOf(first)} and ${layerArnOf(second)} are versions of the same layer.`,
  )
const missing = (arn: string) => invalid(`Layer version ${arn} does not exist.`)

const refused: readonly (readonly [name: string, layers: string[], expected: Refusal])[] = [
  ['two versions of a layer', arns('a:1', 'a:2'), same('a:1', 'a:2')],
  ['two versions of a layer and another', arns('a:1', 'a:2', 'b:1'), same('a:1', 'a:2')],
  ['a layer version twice', arns('a:1', 'a:1'), same('a:1', 'a:1')],
  ['a layer that does not exist', arns('doesnotexist:1'), missing(layerArnOf('doesnotexist:1'))],
  ['a layer version that does not exist', arns('b:1', 'a:9'), missing(layerArnOf('a:9'))],
  ['version 0', arns('a:0'), missing(layerArnOf('a:0'))],
  ['a number with a zero before it', arns('a:01'), missing(layerArnOf('a:01'))],
  ['a number beyond all', arns('a:99999999999999999999'), missing(layerArnOf('a:99999999999999999999'))],
  [
    'a layer of another region',
    [elsewhere],
    invalid(`Layers are not in the same region as the function. Layers are expected to be in region ${REGION}.`),
  ],
  [
    'a layer of another partition',
    [`arn:aws-cn:lambda:${REGION}:${ACCOUNT}:layer:a:1`],
    missing(`arn:aws-cn:lambda:${REGION}:${ACCOUNT}:layer:a:1`),
  ],
  [
    "a layer of AWS's own",
    ['arn:aws:lambda:::awslayer:AmazonLinux1803'],
    missing('arn:aws:lambda:::awslayer:AmazonLinux1803'),
  ],
  ['six layers', arns('a:1', 'b:1', 'c:1', 'd:1', 'e:1', 'f:1'), invalid('Cannot reference more than 5 layers.')],
  [
    'a layer of another account',
    [foreign],
    denied(
      `User: arn:aws:iam::${ACCOUNT}:root is not authorized to perform: lambda:GetLayerVersion on resource: ${foreign} because no resource-based policy allows the lambda:GetLayerVersion action`,
    ),
  ],
]

test('layers that are refused are refused for a new function and for an update, and change nothing', async (t) => {
  await createFunction(server, { FunctionName: 'kept', code: answering('x'), Layers: arns('a:1') })
  const before = await configurationOf(server, 'kept')
  for (const [name, layers, expected] of refused)
    await t.test(name, async () => {
      assert.deepEqual(await refusalOf(create({ FunctionName: 'refused', Layers: layers })), expected)
      assert.deepEqual(await refusalOf(setLayers('kept', layers)), expected)
    })
  assert.deepEqual(await configurationOf(server, 'kept'), before)
  const found = lambdaClient(server).send(new GetFunctionConfigurationCommand({ FunctionName: 'refused' }))
  assert.equal((await refusalOf(found)).status, 404)
})

test('five layers are not too many', async () => {
  const { Layers } = await create({ FunctionName: 'five', Layers: arns('a:1', 'b:1', 'c:1', 'd:1', 'e:1') })
  assert.equal(Layers?.length, 5)
})

test('code and layers together must not unpack to more than 250 MB, to the byte', async () => {
  const zeros = (bytes: number) => zipOfEntries([{ name: 'zeros', content: Buffer.alloc(bytes), isDeflated: true }])
  const tooLarge = (bytes: number) =>
    invalid(
      `Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is ${bytes} bytes.`,
    )
  await publishLayer(server, { LayerName: 'big', Content: { ZipFile: zeros(200_000_000) } })
  const Layers = arns('big:1')
  const fitting = { ZipFile: zeros(62_144_000) }
  const surplus = { ZipFile: zeros(62_144_001) }
  assert.deepEqual(await refusalOf(create({ FunctionName: 'sized', Layers, Code: surplus })), tooLarge(262_144_001))
  await create({ FunctionName: 'sized', Layers, Code: fitting })
  await untilUpdated(server, 'sized')
  const updates = (input: object) =>
    lambdaClient(server).send(new UpdateFunctionCodeCommand({ FunctionName: 'sized', ...input }))
  for (const input of [surplus, { ...surplus, DryRun: true }, { ...surplus, Publish: true }])
    assert.deepEqual(await refusalOf(updates(input)), tooLarge(262_144_001))
  assert.deepEqual(await refusalOf(setLayers('sized', arns('big:1', 'a:1'))), tooLarge(262_144_000 + 'text'.length))
  await setLayers('sized', [])
  await untilUpdated(server, 'sized')
  await updates(surplus)
  await untilUpdated(server, 'sized')
  assert.deepEqual(await refusalOf(setLayers('sized', Layers)), tooLarge(262_144_001))
})

test('callers need a policy that lets them get each layer version', async () => {
  const user = 'layerer'
  const allow = (Action: string, Resource: string | string[]) => ({ Effect: 'Allow', Action, Resource })
  const rest = [
    allow('iam:PassRole', '*'),
    {
      Effect: 'Allow',
      NotAction: 'lambda:GetLayerVersion',
      Resource: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:*`,
    },
  ]
  const credentials = await createUser(server, user, ...rest, allow('lambda:GetLayerVersion', layerArnOf('a:1')))
  await createFunction(server, { FunctionName: 'guarded', code: answering('x') })
  const attempts = [
    () => create({ FunctionName: 'guarded-2', Layers: arns('a:1', 'b:1') }, credentials),
    () => setLayers('guarded', arns('a:1', 'b:1'), credentials),
  ]
  for (const attempt of attempts)
    assert.deepEqual(
      await refusalOf(attempt()),
      denied(
        `User: arn:aws:iam::${ACCOUNT}:user/${user} is not authorized to perform: lambda:GetLayerVersion on resource: ${layerArnOf('b:1')} because no identity-based policy allows the lambda:GetLayerVersion action`,
      ),
    )
  await allowUser(server, user, ...rest, allow('lambda:GetLayerVersion', arns('a:1', 'b:1')))
  for (const attempt of attempts) await attempt()
})

test('policies may name the layers that functions may use', async () => {
  const condition = { 'ForAnyValue:StringLike': { 'lambda:Layer': layerArnOf('a:*') } }
  const credentials = await createUser(
    server,
    'restricted',
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: 'lambda:UpdateFunctionConfiguration', Resource: '*', Condition: condition },
  )
  await createFunction(server, { FunctionName: 'restricted', code: answering('x') })
  for (const layers of [arns('a:1'), arns('b:1', 'a:2')])
    assert.match((await refusalOf(setLayers('restricted', layers, credentials))).message, /explicit deny/)
  await setLayers('restricted', arns('b:1'), credentials)
})

// Whichever version of Python the host runs this on.
const sitePackages = Array.from({ length: 12 }, (_, i) => `python/lib/python3.${i + 8}/site-packages/site_said.py`)

const modules: Readonly<Record<string, string>> = {
  'python/said.py': 'WORDS = "python"',
  ...Object.fromEntries(sitePackages.map((path) => [path, 'WORDS = "site-packages"'])),
  'nodejs/node_modules/said/index.js': 'module.exports = "node"',
  'nodejs/node_modules/said-esm/package.json': '{"type":"module","exports":"./main.js"}',
  'nodejs/node_modules/said-esm/main.js': 'export default "esm"',
  'nodejs/node22/node_modules/of-version/index.js': 'module.exports = "22"',
  'bin/said': '#!/bin/sh\necho from the path',
  'text.txt': 'below',
  'below.txt': 'below',
}

/** Layers of which the second lies over the first. */
async function publishModules(on: TestServer): Promise<[string, string]> {
  const entries = Object.entries(modules).map(([name, content]) => ({ name, content, mode: 0o100755 }))
  await publishLayer(on, { LayerName: 'below', Content: { ZipFile: zipOfEntries(entries) } })
  await publishLayer(on, { LayerName: 'above', files: { 'text.txt': 'above', 'above.txt': 'above' } })
  return [layerArnOf('below:1'), layerArnOf('above:1')]
}

interface Program extends Partial<Pick<CreateFunctionCommandInput, 'Runtime' | 'Handler'>> {
  readonly code: Readonly<Record<string, string>>
  readonly answer: unknown
}

const searching: Readonly<Record<string, Program>> = {
  Python: {
    Runtime: 'python3.12',
    Handler: 'main.handler',
    code: {
      'main.py': `import subprocess, said, site_said
def handler(event, context):
    return [said.WORDS, site_said.WORDS, subprocess.check_output("said").decode()]
`,
    },
    answer: ['python', 'site-packages', 'from the path\n'],
  },
  'CommonJS modules': {
    code: {
      'index.js': `const { execFileSync } = require('node:child_process')
exports.handler = async () => [
  require('said'),
  require('of-version'),
  (await import('said-esm')).default,
  execFileSync('said').toString(),
]
`,
    },
    answer: ['node', '22', 'esm', 'from the path\n'],
  },
  'ES modules': {
    code: {
      'index.mjs': `import said from 'said'
import esm from 'said-esm'
const codeOf = (name) => import(name).catch((error) => error.code)
export const handler = async () => [said, esm, await codeOf('missing'), await codeOf('./missing.mjs')]
`,
    },
    answer: ['node', 'esm', 'ERR_MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'],
  },
}

for (const isolation of ['bubblewrap', 'process'])
  test(`what layers bring is on the search paths, with the isolation ${isolation}`, async (t) => {
    await using on = await startTestServer({ args: ['--isolation', isolation] })
    const Layers = await publishModules(on)
    for (const [name, { code, answer, ...input }] of Object.entries(searching))
      await t.test(name, async () => {
        const FunctionName = name.replaceAll(' ', '-')
        await createFunction(on, { FunctionName, code, Layers, ...input })
        assert.deepEqual((await invoke(on, FunctionName)).payload, answer)
      })
  })

const lookingAround = {
  'index.mjs': `import { readdirSync, readFileSync, writeFileSync, statSync } from 'node:fs'
const attempt = (work) => { try { return work() } catch (error) { return error.code } }
export const handler = async () => ({
  names: readdirSync('/opt').sort(),
  text: attempt(() => readFileSync('/opt/text.txt', 'utf8')),
  writing: [attempt(() => writeFileSync('/opt/new', '')), attempt(() => writeFileSync('/opt/text.txt', ''))],
  mode: (statSync('/opt').mode & 0o777).toString(8),
})
`,
}

test('layers lie over each other below /opt, read-only, in the order given, and an update changes them', async () => {
  await using on = await startTestServer()
  const [below, above] = await publishModules(on)
  await createFunction(on, { FunctionName: 'f', code: lookingAround })
  const look = async () => (await invoke(on, 'f')).payload
  const change = async (...layers: string[]) => {
    await setLayers('f', layers, on.credentials, on)
    await untilUpdated(on, 'f')
    return look()
  }
  assert.deepEqual((await look()).names, [])
  const all = ['above.txt', 'below.txt', 'bin', 'nodejs', 'python', 'text.txt']
  const readOnly = { writing: ['EROFS', 'EROFS'], mode: '755' }
  assert.deepEqual(await change(below, above), { names: all, text: 'above', ...readOnly })
  assert.deepEqual(await change(above, below), { names: all, text: 'below', ...readOnly })
  assert.deepEqual(await change(above), { names: ['above.txt', 'text.txt'], text: 'above', ...readOnly })
  assert.deepEqual((await change()).names, [])
})

test('a function keeps layers that were deleted, also when the server starts anew', async () => {
  await using first = await startTestServer()
  const { dataDirectory } = first
  const Layers = await publishModules(first)
  await createFunction(first, { FunctionName: 'f', code: lookingAround, Layers })
  await publishVersion(first, 'f')
  await setLayers('f', [], first.credentials, first)
  await untilUpdated(first, 'f')
  for (const LayerName of ['below', 'above'])
    await lambdaClient(first).send(new DeleteLayerVersionCommand({ LayerName, VersionNumber: 1 }))
  const refusal = await refusalOf(setLayers('f', Layers, first.credentials, first))
  assert.deepEqual(refusal, missing(Layers[0]))
  assert.equal((await invoke(first, 'f:1')).payload.text, 'above')
  await first.stop()
  await using second = await startTestServer({ dataDirectory })
  assert.deepEqual(
    (await configurationOf(second, 'f', '1')).Layers?.map(({ Arn }) => Arn),
    Layers,
  )
  assert.equal((await invoke(second, 'f:1')).payload.text, 'above')
  await lambdaClient(second).send(new DeleteFunctionCommand({ FunctionName: 'f' }))
})
