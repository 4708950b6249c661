import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AddLayerVersionPermissionCommand,
  AddPermissionCommand,
  CreateAliasCommand,
  CreateCodeSigningConfigCommand,
  CreateFunctionUrlConfigCommand,
  GetAccountSettingsCommand,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
  TagResourceCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient } from '../support/clients.ts'
import { AllowedPublishers } from '../support/code-signing-attempts.ts'
import { answering, arnOf, configurationOf, describeAs, publishVersion } from '../support/functions.ts'
import { publishLayer } from '../support/layers.ts'
import { sendSigned } from '../support/raw.ts'
import { refusalIn } from '../support/refusal.ts'
import { restRequest } from '../support/sample-requests.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { concurrency } from './recorded/concurrency.ts'
import { events } from './recorded/events.ts'
import { functions } from './recorded/functions.ts'
import { layers } from './recorded/layers.ts'
import { policies } from './recorded/policies.ts'
import type { Row } from './recorded/row.ts'
import { tagsAndSigning } from './recorded/tags-and-signing.ts'
import { urls } from './recorded/urls.ts'
import { versions } from './recorded/versions.ts'

// What AWS was seen to answer to wrong requests: status, code, message and the members of the body, byte for byte.
// Names of functions are in `function-names.test.ts`; what takes a slow update or a large package is with its operation.

let server: TestServer
let client: LambdaClient
let made: { readonly codeSha256: string; readonly unreserved: number; readonly signing: string }
before(async () => {
  server = await startTestServer()
  client = lambdaClient(server)
  made = await makeResources()
})
after(() => server[Symbol.asyncDispose]())

const names = ['fn', 'blocked', 'full', 'shared', 'reached', 'allowed', 'tagged']

async function makeResources() {
  for (const FunctionName of names) await createFunction(server, { FunctionName, code: answering(FunctionName) })
  for (const name of ['fn', 'full', 'shared']) await publishTwice(name)
  await alias('fn', 'live', '1')
  await alias('shared', 'first', '1')
  await alias('shared', 'second', '2')
  await reserve('blocked', 0)
  await reserve('full', 2)
  await provision('full', '1', 2)
  await provision('shared', '1', 1)
  await provision('shared', 'second', 1)
  await client.send(new CreateFunctionUrlConfigCommand({ FunctionName: 'reached', AuthType: 'NONE' }))
  await allow()
  await client.send(new TagResourceCommand({ Resource: arnOf('tagged'), Tags: fiftyTags }))
  for (const LayerName of ['one', 'two', 'two']) await publishLayer(server, { LayerName })
  await allowLayer()
  const { CodeSigningConfig } = await client.send(new CreateCodeSigningConfigCommand({ AllowedPublishers }))
  const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}))
  const { CodeSha256 = '' } = await configurationOf(server, 'fn')
  return {
    codeSha256: CodeSha256,
    unreserved: AccountLimit?.UnreservedConcurrentExecutions ?? 0,
    signing: CodeSigningConfig?.CodeSigningConfigArn ?? '',
  }
}

const fiftyTags = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`t${i}`, 'value']))

async function publishTwice(name: string) {
  await publishVersion(server, name)
  await describeAs(server, name, 'second')
  await publishVersion(server, name)
}

const alias = (FunctionName: string, Name: string, FunctionVersion: string) =>
  client.send(new CreateAliasCommand({ FunctionName, Name, FunctionVersion }))
const reserve = (FunctionName: string, ReservedConcurrentExecutions: number) =>
  client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }))
const provision = (FunctionName: string, Qualifier: string, ProvisionedConcurrentExecutions: number) =>
  client.send(new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier, ProvisionedConcurrentExecutions }))

const allow = () =>
  client.send(
    new AddPermissionCommand({
      FunctionName: 'allowed',
      StatementId: 's3',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
    }),
  )
const allowLayer = () =>
  client.send(
    new AddLayerVersionPermissionCommand({
      LayerName: 'one',
      VersionNumber: 1,
      StatementId: 's1',
      Action: 'lambda:GetLayerVersion',
      Principal: '*',
    }),
  )

/** The members of a body, but for those that a row names itself. */
const keysOf: Readonly<Record<string, readonly string[]>> = {
  ValidationException: ['message'],
  ResourceNotFoundException: ['Type', 'Message'],
  CodeSigningConfigNotFoundException: ['Type', 'Message'],
}

const groups: Readonly<Record<string, () => readonly Row[]>> = {
  functions: () => functions,
  'versions and aliases': () => versions(made.codeSha256),
  'event invoke configs': () => events,
  concurrency: () => concurrency(made.unreserved),
  URLs: () => urls,
  policies: () => policies,
  layers: () => layers,
  'tags and code signing': () => tagsAndSigning(made.signing),
}

for (const [name, rows] of Object.entries(groups))
  test(`wrong requests about ${name} are answered as AWS was seen to answer them`, async (t) => {
    for (const [operation, input, refusal, keys = keysOf[refusal.code] ?? ['Type', 'message']] of rows())
      await t.test(`${operation} ${JSON.stringify(input).slice(0, 150)}`, async () => {
        const answer = await sendSigned(server, restRequest(operation, input))
        assert.deepEqual({ ...refusalIn(answer), keys: Object.keys(answer.body) }, { ...refusal, keys })
        if (keys.includes('Type')) assert.equal(answer.body.Type, 'User')
      })
  })
