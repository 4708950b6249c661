import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AddressedFunction, authorizationResource, lambdaActions } from '#auth'
import type { OperationName } from '#model'

const place = { partition: 'aws', region: 'us-east-1', account: '123456789012' }
const prefix = 'arn:aws:lambda:us-east-1:123456789012'
const f = { account: '123456789012', functionName: 'f' }
const prod = { ...f, qualifier: 'prod' }
const foreign = { account: '999999999999', functionName: 'f', qualifier: '7' }

type Row = readonly [
  operation: OperationName,
  input: Readonly<Record<string, unknown>>,
  addressed: AddressedFunction | undefined,
  action: string,
  resource: string,
]

const rows: readonly Row[] = [
  ['Invoke', {}, f, 'lambda:InvokeFunction', `${prefix}:function:f`],
  ['Invoke', {}, prod, 'lambda:InvokeFunction', `${prefix}:function:f:prod`],
  ['Invoke', {}, foreign, 'lambda:InvokeFunction', 'arn:aws:lambda:us-east-1:999999999999:function:f:7'],
  ['InvokeWithResponseStream', {}, prod, 'lambda:InvokeFunction', `${prefix}:function:f:prod`],
  ['InvokeAsync', {}, f, 'lambda:InvokeAsync', `${prefix}:function:f`],
  ['GetFunction', {}, prod, 'lambda:GetFunction', `${prefix}:function:f:prod`],
  ['CreateFunction', {}, f, 'lambda:CreateFunction', `${prefix}:function:f`],
  ['UpdateAlias', {}, prod, 'lambda:UpdateAlias', `${prefix}:function:f`],
  ['PublishVersion', {}, f, 'lambda:PublishVersion', `${prefix}:function:f`],
  ['PutFunctionEventInvokeConfig', {}, prod, 'lambda:PutFunctionEventInvokeConfig', `${prefix}:function:f`],
  ['PutProvisionedConcurrencyConfig', {}, prod, 'lambda:PutProvisionedConcurrencyConfig', `${prefix}:function:f:prod`],
  ['ListFunctions', {}, undefined, 'lambda:ListFunctions', '*'],
  ['CreateEventSourceMapping', { FunctionName: 'f' }, undefined, 'lambda:CreateEventSourceMapping', '*'],
  [
    'GetEventSourceMapping',
    { UUID: 'u-1' },
    undefined,
    'lambda:GetEventSourceMapping',
    `${prefix}:event-source-mapping:u-1`,
  ],
  ['PublishLayerVersion', { LayerName: 'l' }, undefined, 'lambda:PublishLayerVersion', `${prefix}:layer:l`],
  ['GetLayerVersion', { LayerName: 'l', VersionNumber: 3 }, undefined, 'lambda:GetLayerVersion', `${prefix}:layer:l:3`],
  [
    'GetLayerVersion',
    { LayerName: 'arn:aws:lambda:us-east-1:9:layer:l', VersionNumber: 3 },
    undefined,
    'lambda:GetLayerVersion',
    'arn:aws:lambda:us-east-1:9:layer:l:3',
  ],
  ['GetLayerVersionByArn', { Arn: `${prefix}:layer:l:4` }, undefined, 'lambda:GetLayerVersion', `${prefix}:layer:l:4`],
  [
    'GetCodeSigningConfig',
    { CodeSigningConfigArn: `${prefix}:code-signing-config:csc-1` },
    undefined,
    'lambda:GetCodeSigningConfig',
    `${prefix}:code-signing-config:csc-1`,
  ],
  [
    'GetCapacityProvider',
    { CapacityProviderName: 'c' },
    undefined,
    'lambda:GetCapacityProvider',
    `${prefix}:capacity-provider:c`,
  ],
  [
    'GetDurableExecution',
    { DurableExecutionArn: `${prefix}:function:f:1/durable-execution/n/i` },
    undefined,
    'lambda:GetDurableExecution',
    `${prefix}:function:f:1/durable-execution/n/i`,
  ],
  ['ListTags', { Resource: `${prefix}:function:f` }, undefined, 'lambda:ListTags', `${prefix}:function:f`],
  [
    'GetResourcePolicy',
    { ResourceArn: `${prefix}:function:f` },
    undefined,
    'lambda:GetResourcePolicy',
    `${prefix}:function:f`,
  ],
]

for (const [operation, input, addressed, action, resource] of rows) {
  test(`${operation} is authorized as ${action} on ${resource}`, () => {
    const entry = lambdaActions[operation]
    assert.equal(entry.action, action)
    assert.equal(authorizationResource(entry, input, place, addressed), resource)
  })
}

test('every operation of the model has its entry', () => assert.equal(Object.keys(lambdaActions).length, 88))

test('an action is named like its operation, but for three', () => {
  const others = Object.entries(lambdaActions).filter(([name, { action }]) => action !== `lambda:${name}`)
  assert.deepEqual(
    others.map(([name]) => name),
    ['GetLayerVersionByArn', 'Invoke', 'InvokeWithResponseStream'],
  )
})

test('a function that nobody named is a bug, not a star', () =>
  assert.throws(() => authorizationResource(lambdaActions.Invoke, {}, place), /must name its resource/))
