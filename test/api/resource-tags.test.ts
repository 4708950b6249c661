import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateCodeSigningConfigCommand,
  GetCodeSigningConfigCommand,
  ListTagsCommand,
  TagResourceCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, createUser, executionRole, invoke, lambdaClient, untilUpdated } from '../support/clients.ts'
import { AllowedPublishers } from '../support/code-signing-attempts.ts'
import { answering, arnOf } from '../support/functions.ts'
import { publishLayer } from '../support/layers.ts'
import { denied, type Refusal, refusalOf } from '../support/refusal.ts'
import { ACCOUNT, startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server[Symbol.asyncDispose]())

const allow = (Action: string | string[], Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...(Condition && { Condition }),
})
const ofTeam = { StringEquals: { 'aws:ResourceTag/team': 'dev' } }

const refusal = (who: string, action: string, resource: string): Refusal =>
  denied(
    `User: arn:aws:iam::${ACCOUNT}:user/${who} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  )

test('the tags of a function are not those of the role or the layer that it is given', async () => {
  await createFunction(server, { FunctionName: 'own', code: answering('own') })
  const Role = await executionRole(server, 'untagged')
  const layer = await publishLayer(server, { LayerName: 'untagged' })
  const others = ['lambda:UpdateFunctionConfiguration', 'lambda:TagResource', 'lambda:GetFunction*']
  const conditional = ['iam:PassRole', 'lambda:GetLayerVersion', 'lambda:InvokeFunction']
  const tagger = await createUser(server, 'tagger', allow(others), allow(conditional, ofTeam))
  const client = lambdaClient(server, tagger)
  const invoked = () => invoke(server, 'own', {}, {}, tagger)
  assert.deepEqual(await refusalOf(invoked()), refusal('tagger', 'lambda:InvokeFunction', arnOf('own')))
  await client.send(new TagResourceCommand({ Resource: arnOf('own'), Tags: { team: 'dev' } }))
  assert.equal((await invoked()).StatusCode, 200)
  const update = (change: object) =>
    client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'own', ...change }))
  assert.deepEqual(await refusalOf(update({ Role })), refusal('tagger', 'iam:PassRole', Role))
  const layerRefusal = await refusalOf(update({ Layers: [layer.LayerVersionArn] }))
  assert.equal(layerRefusal.status, 403)
  await update({ Description: 'mine' })
  await untilUpdated(server, 'own')
})

test('the tags of a code signing configuration decide who may do something with it', async () => {
  const root = lambdaClient(server)
  const { CodeSigningConfig } = await root.send(new CreateCodeSigningConfigCommand({ AllowedPublishers }))
  const arn = CodeSigningConfig?.CodeSigningConfigArn ?? ''
  const client = lambdaClient(server, await createUser(server, 'signer', allow('lambda:*', ofTeam)))
  const get = () => client.send(new GetCodeSigningConfigCommand({ CodeSigningConfigArn: arn }))
  const list = () => client.send(new ListTagsCommand({ Resource: arn }))
  assert.deepEqual(await refusalOf(get()), refusal('signer', 'lambda:GetCodeSigningConfig', arn))
  assert.deepEqual(await refusalOf(list()), refusal('signer', 'lambda:ListTags', arn))
  await root.send(new TagResourceCommand({ Resource: arn, Tags: { team: 'dev' } }))
  await get()
  assert.deepEqual((await list()).Tags, { team: 'dev' })
  const forbidding = [allow('lambda:*'), { ...allow('lambda:*', ofTeam), Effect: 'Deny' }]
  const barred = lambdaClient(server, await createUser(server, 'barred', ...forbidding))
  const { status } = await refusalOf(barred.send(new GetCodeSigningConfigCommand({ CodeSigningConfigArn: arn })))
  assert.equal(status, 403)
})
