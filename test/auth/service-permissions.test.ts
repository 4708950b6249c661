import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type CompiledPolicy,
  compiledResourcePolicy,
  createRequestContext,
  evaluate,
  type Principal,
  type RequestFacts,
} from '#auth'
import type { lambda } from '#model'
import { addStatement, functionPermission } from '#resources'
import { ACCOUNT, alice } from './support.ts'

// What AddPermission writes, asked as services and function URLs ask.

const arn = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`
const s3: Principal = { kind: 'service', service: 's3.amazonaws.com' }
const alexa: Principal = { kind: 'service', service: 'alexa-appkit.amazon.com' }
const anybody: Principal = { kind: 'anonymous' }
const place = { partition: 'aws', region: 'us-east-1' }

type Permission = Partial<lambda.AddPermissionRequest>

function policyOf(permission: Permission): CompiledPolicy | undefined {
  const input = { FunctionName: 'f', StatementId: 's', Action: 'lambda:InvokeFunction', Principal: '*', ...permission }
  return compiledResourcePolicy(addStatement(undefined, functionPermission(place, arn, input)))
}

const forS3 = { Principal: 's3.amazonaws.com' }
const forUrl = { Principal: '*', Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' }
const viaUrl = { Principal: '*', InvokedViaFunctionUrl: true }
const bucket = { SourceArn: 'arn:aws:s3:::bucket*' }
const invoke = 'lambda:InvokeFunction'
const url = 'lambda:InvokeFunctionUrl'

type Row = readonly [
  name: string,
  permission: Permission,
  who: Principal,
  action: string,
  facts: Partial<RequestFacts>,
  isAllowed: boolean,
]

const rows: readonly Row[] = [
  ['a service', forS3, s3, invoke, {}, true],
  ['another service', forS3, { kind: 'service', service: 'sns.amazonaws.com' }, invoke, {}, false],
  ['somebody in the place of a service', forS3, anybody, invoke, {}, false],
  ['another action', forS3, s3, 'lambda:GetFunction', {}, false],
  ['every action', { ...forS3, Action: 'lambda:*' }, s3, 'lambda:GetFunction', {}, true],
  ['every action of every service', { ...forS3, Action: '*' }, s3, 'lambda:GetFunction', {}, true],
  ['a source', { ...forS3, ...bucket }, s3, invoke, { sourceArn: 'arn:aws:s3:::bucket-1' }, true],
  ['another source', { ...forS3, ...bucket }, s3, invoke, { sourceArn: 'arn:aws:s3:::other' }, false],
  ['no source', { ...forS3, ...bucket }, s3, invoke, {}, false],
  ['an account', { ...forS3, SourceAccount: ACCOUNT }, s3, invoke, { sourceAccount: ACCOUNT }, true],
  ['another account', { ...forS3, SourceAccount: ACCOUNT }, s3, invoke, { sourceAccount: '999999999999' }, false],
  ['no account', { ...forS3, SourceAccount: ACCOUNT }, s3, invoke, {}, false],
  [
    'source and account',
    { ...forS3, ...bucket, SourceAccount: ACCOUNT },
    s3,
    invoke,
    { sourceArn: 'arn:aws:s3:::bucket', sourceAccount: ACCOUNT },
    true,
  ],
  [
    'only one of source and account',
    { ...forS3, ...bucket, SourceAccount: ACCOUNT },
    s3,
    invoke,
    { sourceArn: 'arn:aws:s3:::bucket' },
    false,
  ],
  [
    'a token',
    { Principal: alexa.service, EventSourceToken: 't1' },
    alexa,
    invoke,
    { keys: { 'lambda:EventSourceToken': 't1' } },
    true,
  ],
  [
    'another token',
    { Principal: alexa.service, EventSourceToken: 't1' },
    alexa,
    invoke,
    { keys: { 'lambda:EventSourceToken': 't2' } },
    false,
  ],
  ['no token', { Principal: alexa.service, EventSourceToken: 't1' }, alexa, invoke, {}, false],
  ['a public URL', forUrl, anybody, url, { keys: { 'lambda:FunctionUrlAuthType': 'NONE' } }, true],
  ['a URL that authenticates', forUrl, anybody, url, { keys: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } }, false],
  ['a public URL, invoked directly', forUrl, anybody, invoke, {}, false],
  ['through a URL', viaUrl, anybody, invoke, { keys: { 'lambda:InvokedViaFunctionUrl': 'true' } }, true],
  ['not through a URL', viaUrl, anybody, invoke, {}, false],
  ['the public', { Principal: '*' }, anybody, invoke, {}, true],
  ['the public, a service', { Principal: '*' }, s3, invoke, {}, true],
  ['the public, a user', { Principal: '*' }, alice, invoke, {}, true],
  ['the account, a user without policies', { Principal: ACCOUNT }, alice, invoke, {}, false],
  ['the user', { Principal: alice.arn }, alice, invoke, {}, true],
  ['an organization', { PrincipalOrgID: 'o-1234567890' }, alice, invoke, { organizationId: 'o-1234567890' }, true],
  ['another organization', { PrincipalOrgID: 'o-1234567890' }, alice, invoke, { organizationId: 'o-0' }, false],
  ['no organization', { PrincipalOrgID: 'o-1234567890' }, alice, invoke, {}, false],
  [
    'an organization, for a service',
    { PrincipalOrgID: 'o-1234567890' },
    s3,
    invoke,
    { organizationId: 'o-1234567890' },
    false,
  ],
]

for (const [name, permission, principal, action, facts, isAllowed] of rows) {
  test(`a permission for ${name} ${isAllowed ? 'allows' : 'does not allow'} ${action}`, () => {
    const context = createRequestContext({ principal, nowMs: 0, secure: true, ...facts })
    const { kind } = evaluate(
      { principal, action, resource: arn, context },
      { identity: [], resource: policyOf(permission) },
    )
    assert.equal(kind === 'allowed', isAllowed)
  })
}
