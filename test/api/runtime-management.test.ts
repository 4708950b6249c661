import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  DeleteFunctionCommand,
  GetFunctionRecursionConfigCommand,
  GetRuntimeManagementConfigCommand,
  type LambdaClient,
  PutFunctionRecursionConfigCommand,
  PutRuntimeManagementConfigCommand,
  type PutRuntimeManagementConfigCommandInput,
  type RecursiveLoop,
} from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient } from '../support/clients.ts'
import { answering, arnOf, configurationOf, publishVersion } from '../support/functions.ts'
import { breaks, invalid, notFound, type Refusal, refusalOf, validation } from '../support/refusal.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let client: LambdaClient
let build: string
before(async () => {
  server = await startTestServer()
  client = lambdaClient(server)
  await createFunction(server, { FunctionName: 'f', code: answering('f') })
  await publishVersion(server, 'f')
  build = String((await configurationOf(server, 'f')).RuntimeVersionConfig?.RuntimeVersionArn)
})
after(() => server[Symbol.asyncDispose]())

const OTHER_BUILD = 'arn:aws:lambda:us-east-1::runtime:other'

type Runtime = Partial<PutRuntimeManagementConfigCommandInput>

async function put(input: Runtime) {
  const command = { FunctionName: 'f', UpdateRuntimeOn: 'Auto', ...input } as const
  const { $metadata, ...config } = await client.send(new PutRuntimeManagementConfigCommand(command))
  assert.equal($metadata.httpStatusCode, 200)
  return config
}
async function get(Qualifier?: string, FunctionName = 'f') {
  const { $metadata: _, ...config } = await client.send(
    new GetRuntimeManagementConfigCommand({ FunctionName, Qualifier }),
  )
  return config
}

test('a runtime is managed automatically unless a version says otherwise', async () => {
  assert.deepEqual(await get(), { UpdateRuntimeOn: 'Auto', FunctionArn: arnOf('f') })
  const manual = { UpdateRuntimeOn: 'Manual', RuntimeVersionArn: build } as const
  assert.deepEqual(await put({ ...manual, Qualifier: '1' }), { ...manual, FunctionArn: arnOf('f:1') })
  assert.deepEqual(await get('1'), { ...manual, FunctionArn: arnOf('f:1') })
  assert.deepEqual(await get(), { UpdateRuntimeOn: 'Auto', FunctionArn: arnOf('f') })
  await put({ UpdateRuntimeOn: 'FunctionUpdate' })
  assert.deepEqual(await get('$LATEST'), { UpdateRuntimeOn: 'FunctionUpdate', FunctionArn: arnOf('f:$LATEST') })
  assert.deepEqual(await put({ Qualifier: '1' }), { UpdateRuntimeOn: 'Auto', FunctionArn: arnOf('f:1') })
})

const refusals: readonly [string, () => Promise<unknown>, Refusal][] = [
  ['a missing function', () => get(undefined, 'g'), notFound(`Function not found: ${arnOf('g')}`)],
  ['a missing version', () => put({ Qualifier: '7' }), notFound(`Function not found: ${arnOf('f:7')}`)],
  [
    'Manual without a build',
    () => put({ UpdateRuntimeOn: 'Manual' }),
    invalid('RuntimeVersionArn is required when UpdateRuntimeOn is set to Manual.'),
  ],
  [
    'Auto with a build',
    () => put({ RuntimeVersionArn: build }),
    invalid('RuntimeVersionArn is not supported when UpdateRuntimeOn is set to Auto.'),
  ],
  [
    'an unknown build',
    () => put({ UpdateRuntimeOn: 'Manual', RuntimeVersionArn: OTHER_BUILD }),
    invalid(`Runtime version ${OTHER_BUILD} does not exist or is not one of nodejs22.x.`),
  ],
]
for (const [what, call, expected] of refusals)
  test(`refused: ${what}`, async () => {
    assert.deepEqual(await refusalOf(call()), expected)
  })

const recursion = async (FunctionName = 'f') =>
  (await client.send(new GetFunctionRecursionConfigCommand({ FunctionName }))).RecursiveLoop
const putRecursion = (RecursiveLoop: RecursiveLoop, FunctionName = 'f') =>
  client.send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop }))

test('loops are terminated unless they are allowed, which ends with the function', async () => {
  await createFunction(server, { FunctionName: 'loop', code: answering('loop') })
  assert.equal(await recursion('loop'), 'Terminate')
  const { $metadata, RecursiveLoop } = await putRecursion('Allow', 'loop')
  assert.deepEqual([$metadata.httpStatusCode, RecursiveLoop], [200, 'Allow'])
  assert.equal(await recursion('loop'), 'Allow')
  await putRecursion('Terminate', 'loop')
  assert.equal(await recursion('loop'), 'Terminate')
  await putRecursion('Allow', 'loop')
  await client.send(new DeleteFunctionCommand({ FunctionName: 'loop' }))
  assert.deepEqual(await refusalOf(recursion('loop')), notFound(`Function not found: ${arnOf('loop')}`))
  assert.deepEqual(await refusalOf(putRecursion('Allow', 'loop')), notFound(`Function not found: ${arnOf('loop')}`))
  await createFunction(server, { FunctionName: 'loop', code: answering('loop') })
  assert.equal(await recursion('loop'), 'Terminate')
})

test('another word for what happens to loops is refused', async () => {
  assert.deepEqual(
    await refusalOf(putRecursion('InvalidValue' as RecursiveLoop)),
    validation(breaks('recursiveLoop', 'InvalidValue', 'satisfy enum value set: [Terminate, Allow]')),
  )
})
