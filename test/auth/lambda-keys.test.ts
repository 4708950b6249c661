import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lambdaKey } from '#auth'
import type { OperationName } from '#model'

const functionArn = 'arn:aws:lambda:us-east-1:123456789012:function:f'
const document = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Sid: 'one', Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'lambda:*', Resource: '*' },
    {
      Sid: 'two',
      Effect: 'Allow',
      Principal: '*',
      Action: 'lambda:*',
      Resource: '*',
      Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } },
    },
    { Sid: 'three', Effect: 'Allow', Principal: { AWS: ['1', '2'] }, Action: 'lambda:*', Resource: '*' },
  ],
})

type Input = Readonly<Record<string, unknown>>
const VpcConfig = { SubnetIds: ['subnet-1', 'subnet-2'], SecurityGroupIds: ['sg-1'] }
const rows: readonly (readonly [operation: OperationName, key: string, input: Input, value: unknown])[] = [
  ['AddPermission', 'lambda:principal', { Principal: 's3.amazonaws.com' }, 's3.amazonaws.com'],
  ['AddPermission', 'lambda:functionurlauthtype', { FunctionUrlAuthType: 'NONE' }, 'NONE'],
  ['AddPermission', 'lambda:functionurlauthtype', {}, undefined],
  ['RemovePermission', 'lambda:principal', { StatementId: 'one' }, 's3.amazonaws.com'],
  ['RemovePermission', 'lambda:principal', { StatementId: 'two' }, '*'],
  ['RemovePermission', 'lambda:principal', { StatementId: 'three' }, ['1', '2']],
  ['RemovePermission', 'lambda:principal', { StatementId: 'four' }, undefined],
  ['RemovePermission', 'lambda:functionurlauthtype', { StatementId: 'two' }, 'NONE'],
  ['RemovePermission', 'lambda:functionurlauthtype', { StatementId: 'one' }, undefined],
  ['PutResourcePolicy', 'lambda:principal', { Policy: document }, ['s3.amazonaws.com', '*', '1', '2']],
  ['PutResourcePolicy', 'lambda:principal', { Policy: 'no policy' }, undefined],
  ['PutResourcePolicy', 'lambda:principal', { Policy: 'null' }, undefined],
  ['DeleteResourcePolicy', 'lambda:principal', {}, ['s3.amazonaws.com', '*', '1', '2']],
  ['CreateFunction', 'lambda:layer', { Layers: ['l1', 'l2'] }, ['l1', 'l2']],
  ['CreateFunction', 'lambda:layer', { Layers: [] }, undefined],
  ['CreateFunction', 'lambda:layer', {}, undefined],
  ['CreateFunction', 'lambda:codesigningconfigarn', { CodeSigningConfigArn: 'csc' }, 'csc'],
  ['CreateFunction', 'lambda:subnetids', { VpcConfig }, ['subnet-1', 'subnet-2']],
  ['CreateFunction', 'lambda:securitygroupids', { VpcConfig }, ['sg-1']],
  ['CreateFunction', 'lambda:vpcids', { VpcConfig }, undefined],
  ['UpdateFunctionConfiguration', 'lambda:layer', { Layers: ['l1'] }, ['l1']],
  ['UpdateFunctionConfiguration', 'lambda:subnetids', { VpcConfig }, ['subnet-1', 'subnet-2']],
  ['UpdateFunctionConfiguration', 'lambda:securitygroupids', {}, undefined],
  ['PutFunctionCodeSigningConfig', 'lambda:codesigningconfigarn', { CodeSigningConfigArn: 'csc' }, 'csc'],
  ['CreateCapacityProvider', 'lambda:subnetids', { VpcConfig }, ['subnet-1', 'subnet-2']],
  ['CreateEventSourceMapping', 'lambda:functionarn', {}, functionArn],
  ['UpdateEventSourceMapping', 'lambda:functionarn', {}, functionArn],
  ['CreateFunctionUrlConfig', 'lambda:functionarn', {}, functionArn],
  ['CreateFunctionUrlConfig', 'lambda:functionurlauthtype', { AuthType: 'AWS_IAM' }, 'AWS_IAM'],
  ['UpdateFunctionUrlConfig', 'lambda:functionurlauthtype', { AuthType: 'NONE' }, 'NONE'],
  ['UpdateFunctionUrlConfig', 'lambda:functionurlauthtype', {}, 'AWS_IAM'],
  ['GetFunctionUrlConfig', 'lambda:functionurlauthtype', {}, 'AWS_IAM'],
  ['GetFunctionUrlConfig', 'lambda:functionarn', {}, functionArn],
  ['DeleteFunctionUrlConfig', 'lambda:functionarn', {}, functionArn],
  ['Invoke', 'lambda:functionarn', {}, undefined],
  ['Invoke', 'lambda:constructor', {}, undefined],
  ['Invoke', 'aws:username', {}, undefined],
  ['ListFunctions', 'lambda:layer', { Layers: ['l1'] }, undefined],
]

for (const [operation, key, input, value] of rows) {
  test(`${key} of ${operation} with ${JSON.stringify(input).slice(0, 60)} is ${JSON.stringify(value)}`, () => {
    const request = {
      operation,
      input,
      functionArn: () => functionArn,
      urlAuthType: () => 'AWS_IAM',
      policy: () => ({ document }),
    }
    assert.deepEqual(lambdaKey(key, request), value)
  })
}

test('nothing is looked up for a key that does not need it', () => {
  const fail = (): never => assert.fail('The request was looked at.')
  const asked = { functionArn: fail, urlAuthType: fail, policy: fail }
  const request = { operation: 'AddPermission', input: { Principal: '*' }, ...asked } as const
  assert.equal(lambdaKey('lambda:principal', request), '*')
  assert.equal(lambdaKey('lambda:functionarn', request), undefined)
})
