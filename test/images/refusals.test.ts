import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { PutRuntimeManagementConfigCommand } from '@aws-sdk/client-lambda'
import { lambdaClient } from '../support/clients.ts'
import { configurationOf } from '../support/functions.ts'
import { createImageFunction, programImage, updateSettings } from '../support/image-functions.ts'
import { writeLayout } from '../support/images.ts'
import { publishLayer } from '../support/layers.ts'
import { sendSigned } from '../support/raw.ts'
import { invalid, type Refusal, refusalIn } from '../support/refusal.ts'
import { restRequest } from '../support/sample-requests.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'
import { zipOf } from '../support/zip.ts'

let layouts: string
let server: TestServer

before(async () => {
  layouts = mkdtempSync(join(tmpdir(), 'lambent-layouts-'))
  writeLayout(layouts, await programImage())
  server = await startTestServer({ args: ['--image-layouts', join(layouts, '..')] })
  await publishLayer(server, { LayerName: 'layer' })
  await createImageFunction(server, 'image', imageUri())
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
  rmSync(layouts, { recursive: true })
})

const imageUri = () => `oci:${layouts.split('/').at(-1)}`
const ZipFile = zipOf({ 'index.mjs': '' }).toString('base64')
const Role = `arn:aws:iam::${ACCOUNT}:role/test-role`
const Layers = [`arn:aws:lambda:${REGION}:${ACCOUNT}:layer:layer:1`]

const onlyForZip = invalid(
  "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.",
)
const imageMissing = (doing: string) =>
  invalid(`Please provide ImageUri when ${doing} a function with packageType Image.`)
const onlyImage = invalid('Please do not provide other FunctionCode parameters when providing an ImageUri.')

type Case = readonly [name: string, input: () => object, refusal: Refusal]

const nul: Case = [
  'the character NUL',
  () => ({ ImageConfig: { Command: ['a\0b'] } }),
  invalid('ImageConfig must not contain the character NUL.'),
]

const create: readonly Case[] = [
  nul,
  ['a runtime', () => ({ Runtime: 'provided.al2023' }), onlyForZip],
  ['a handler', () => ({ Handler: 'a.b' }), onlyForZip],
  ['a layer', () => ({ Layers }), onlyForZip],
  ['a zip', () => ({ Code: { ZipFile } }), imageMissing('creating')],
  ['an object', () => ({ Code: { S3Bucket: 'bucket', S3Key: 'key' } }), imageMissing('creating')],
  ['nothing', () => ({ Code: {} }), imageMissing('creating')],
  ['an image and a zip', () => ({ Code: { ZipFile, ImageUri: imageUri() } }), onlyImage],
  ['an image and an object', () => ({ Code: { S3Bucket: 'bucket', S3Key: 'key', ImageUri: imageUri() } }), onlyImage],
  [
    'a snapshot',
    () => ({ SnapStart: { ApplyOn: 'PublishedVersions' } }),
    invalid('PackageType Image is not supported for SnapStart enabled functions.'),
  ],
]

const updateCode: readonly Case[] = [
  // Seen at AWS.
  ['a zip', () => ({ ZipFile }), imageMissing('updating')],
  ['an object', () => ({ S3Bucket: 'bucket', S3Key: 'key' }), imageMissing('updating')],
  ['nothing', () => ({}), imageMissing('updating')],
  ['an image and a zip', () => ({ ZipFile, ImageUri: imageUri() }), onlyImage],
  [
    'an image that does not exist',
    () => ({ ImageUri: `${imageUri()}:other` }),
    invalid('Source image {image}:other does not exist. Provide a valid source image.'),
  ],
]

const updateConfiguration: readonly Case[] = [
  nul,
  ['a runtime', () => ({ Runtime: 'provided.al2023' }), onlyForZip],
  ['a handler', () => ({ Handler: 'a.b' }), onlyForZip],
  ['a layer', () => ({ Layers }), onlyForZip],
]

const operations = [
  [
    'CreateFunction',
    create,
    () => ({ FunctionName: 'new', PackageType: 'Image', Role, Code: { ImageUri: imageUri() } }),
  ],
  ['UpdateFunctionCode', updateCode, () => ({ FunctionName: 'image' })],
  ['UpdateFunctionConfiguration', updateConfiguration, () => ({ FunctionName: 'image' })],
] as const

for (const [operation, cases, base] of operations)
  test(`what does not go with an image is refused by ${operation}, and changes nothing`, async (t) => {
    const before = await configurationOf(server, 'image')
    for (const [name, input, { message, ...refusal }] of cases)
      await t.test(name, async () => {
        const answer = await sendSigned(server, restRequest(operation, { ...base(), ...input() }))
        assert.deepEqual(refusalIn(answer), { ...refusal, message: message.replace('{image}', imageUri()) })
        assert.deepEqual(Object.keys(answer.body), ['Type', 'message'])
      })
    assert.deepEqual(await configurationOf(server, 'image'), before)
  })

test('settings of zips that tools clear may be sent for an image', async () => {
  await updateSettings(server, 'image', { Layers: [], Description: 'updated' })
  assert.equal((await configurationOf(server, 'image')).Description, 'updated')
})

test('an image has no runtime to manage', async () => {
  const command = new PutRuntimeManagementConfigCommand({ FunctionName: 'image', UpdateRuntimeOn: 'FunctionUpdate' })
  await assert.rejects(lambdaClient(server).send(command), /a container image brings its own/)
})
