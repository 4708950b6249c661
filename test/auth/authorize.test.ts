import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  authorize,
  type Caller,
  type CompiledPolicy,
  compilePolicy,
  createRequestContext,
  type RequestFacts,
} from '#auth'
import { ACCOUNT, alice, apiErrorOf, identityPolicy, resourcePolicy, root } from './support.ts'

const f = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`
const nowMs = Date.UTC(2026, 0, 2)

const withPolicies = (...identity: CompiledPolicy[]): Caller => ({ ...alice, policies: { identity } })

const request = (principal: Caller, facts: Partial<RequestFacts> = {}) => ({
  principal,
  action: 'lambda:GetFunction',
  resource: f,
  context: createRequestContext({ principal, nowMs, secure: false, ...facts }),
})

test('who may passes', () => {
  authorize(request(withPolicies(identityPolicy({ Effect: 'Allow', Action: 'lambda:*', Resource: '*' }))))
  authorize(request(root))
})

test('who may not is told why, with a capital Message', () => {
  const error = apiErrorOf(() => authorize(request(alice)))
  assert.deepEqual([error.code, error.status], ['AccessDeniedException', 403])
  assert.deepEqual(error.body, {
    Message: `User: arn:aws:iam::${ACCOUNT}:user/team/alice is not authorized to perform: lambda:GetFunction on resource: ${f} because no identity-based policy allows the lambda:GetFunction action`,
  })
})

test('an action without resource is told with a star', () => {
  const error = apiErrorOf(() => authorize({ ...request(alice), action: 'lambda:ListFunctions', resource: '*' }))
  assert.match(error.message, /perform: lambda:ListFunctions on resource: \* because no identity-based policy allows/)
})

test('a remembered decision is the same as the first, for each action and resource', () => {
  const caller = withPolicies(identityPolicy({ Effect: 'Allow', Action: 'lambda:Get*', Resource: f }))
  for (let round = 0; round < 3; round++) {
    authorize(request(caller))
    apiErrorOf(() => authorize({ ...request(caller), action: 'lambda:DeleteFunction' }))
    apiErrorOf(() => authorize({ ...request(caller), resource: `${f}2` }))
    apiErrorOf(() => authorize({ ...request(caller), resourceAccount: '999999999999' }))
  }
})

test('a decision is not remembered if it depends on the request', () => {
  const caller = withPolicies(
    identityPolicy({
      Effect: 'Allow',
      Action: '*',
      Resource: '*',
      Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
    }),
  )
  for (let round = 0; round < 3; round++) {
    authorize(request(caller, { sourceIp: '10.1.2.3' }))
    apiErrorOf(() => authorize(request(caller, { sourceIp: '11.1.2.3' })))
  }
})

test('a decision that needs no condition is remembered without reading the context', () => {
  const caller = withPolicies(
    identityPolicy(
      { Effect: 'Deny', Action: 'iam:*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      { Effect: 'Allow', Action: 'lambda:*', Resource: '*' },
    ),
  )
  const unread = { get: (): undefined => assert.fail('The context was read.') }
  authorize({ ...request(caller), context: unread })
})

test('a decision is remembered for one resource-based policy only', () => {
  const grants = resourcePolicy({ Effect: 'Allow', Principal: { AWS: alice.arn }, Action: '*', Resource: '*' })
  for (let round = 0; round < 3; round++) {
    authorize(request(alice), grants)
    apiErrorOf(() => authorize(request(alice)))
    apiErrorOf(() => authorize(request({ ...alice, arn: 'arn:aws:iam::123456789012:user/bob' }), grants))
  }
})

test('more decisions than are remembered stay right', () => {
  const caller = withPolicies(identityPolicy({ Effect: 'Allow', Action: '*', Resource: `${f}-1*` }))
  for (let round = 0; round < 2; round++)
    for (let i = 1000; i < 3500; i++) {
      const asked = { ...request(caller), resource: `${f}-${i}` }
      if (i < 2000) authorize(asked)
      else apiErrorOf(() => authorize(asked))
    }
})

const facts: RequestFacts = {
  principal: alice,
  nowMs,
  secure: true,
  sourceIp: '127.0.0.1',
  region: 'us-east-1',
  userAgent: 'test/1',
  resourceAccount: ACCOUNT,
  resourceTags: { Stage: 'prod' },
  requestTags: { Stage: 'dev', Cost: '7' },
  keys: { 'lambda:FunctionUrlAuthType': 'NONE', 'lambda:Layer': ['l1', 'l2'] },
}

const session: Caller = {
  ...alice,
  kind: 'role-session',
  arn: 'arn:aws:sts::123456789012:assumed-role/r/s',
  roleArn: 'arn:aws:iam::123456789012:role/p/r',
  userId: 'AROA:s',
}

const keys: readonly (readonly [key: string, value: unknown, other?: Partial<RequestFacts>])[] = [
  ['aws:principalarn', alice.arn],
  ['aws:principalarn', session.roleArn, { principal: session }],
  ['aws:principalarn', undefined, { principal: { kind: 'anonymous' } }],
  ['aws:principalaccount', ACCOUNT],
  ['aws:principaltype', 'User'],
  ['aws:principaltype', 'AssumedRole', { principal: session }],
  ['aws:principaltype', 'Account', { principal: root }],
  ['aws:principalisawsservice', 'false'],
  ['aws:principalisawsservice', 'true', { principal: { kind: 'service', service: 's3.amazonaws.com' } }],
  ['aws:principalservicename', 's3.amazonaws.com', { principal: { kind: 'service', service: 's3.amazonaws.com' } }],
  ['aws:principaltag/team', 'blue'],
  ['aws:principaltag/none', undefined],
  ['aws:userid', alice.userId],
  ['aws:userid', 'AROA:s', { principal: session }],
  ['aws:username', 'alice'],
  ['aws:username', undefined, { principal: root }],
  ['aws:sourceip', '127.0.0.1'],
  ['aws:securetransport', 'true'],
  ['aws:securetransport', 'false', { secure: false }],
  ['aws:currenttime', '2026-01-02T00:00:00.000Z'],
  ['aws:epochtime', '1767312000'],
  ['aws:requestedregion', 'us-east-1'],
  ['aws:useragent', 'test/1'],
  ['aws:resourceaccount', ACCOUNT],
  ['aws:resourceaccount', '999999999999', { resourceAccount: undefined, resource: 'arn:aws:iam::999999999999:role/r' }],
  ['aws:resourceaccount', undefined, { resourceAccount: undefined, resource: '*' }],
  ['aws:principalorgid', 'o-a1b2c3d4e5', { organizationId: 'o-a1b2c3d4e5' }],
  ['aws:principalorgid', undefined],
  ['aws:principalorgid', undefined, { organizationId: 'o-a1b2c3d4e5', principal: { kind: 'anonymous' } }],
  ['aws:sourcearn', 'arn:aws:s3:::b', { sourceArn: 'arn:aws:s3:::b' }],
  ['aws:sourcearn', undefined],
  ['aws:sourceaccount', ACCOUNT, { sourceAccount: ACCOUNT }],
  ['lambda:sourcefunctionarn', f, { principal: { ...session, sourceFunctionArn: f } }],
  ['lambda:sourcefunctionarn', undefined],
  ['lambda:layer', 'one', { keys: undefined, serviceKey: (key) => (key === 'lambda:layer' ? 'one' : undefined) }],
  ['aws:viaawsservice', 'false'],
  ['aws:resourcetag/stage', 'prod'],
  ['aws:requesttag/stage', 'dev'],
  ['aws:tagkeys', ['Stage', 'Cost']],
  ['aws:tagkeys', ['a'], { tagKeys: ['a'] }],
  ['aws:tagkeys', undefined, { requestTags: undefined }],
  ['lambda:functionurlauthtype', 'NONE'],
  ['lambda:layer', ['l1', 'l2']],
  ['lambda:absent', undefined],
  ['constructor', undefined],
]

for (const [key, value, other] of keys) {
  test(`the request's ${key} is ${JSON.stringify(value)}`, () =>
    assert.deepEqual(createRequestContext({ ...facts, ...other }).get(key), value))
}

test('a trust policy is asked like the policy of a resource', () => {
  const trust = compilePolicy(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    }),
    'trust',
  )
  const asked = { ...request(alice), action: 'sts:AssumeRole', resource: 'arn:aws:iam::123456789012:role/r' }
  authorize({ ...asked, principal: { kind: 'service', service: 'lambda.amazonaws.com' } }, trust)
  apiErrorOf(() => authorize({ ...asked, principal: { kind: 'service', service: 'ec2.amazonaws.com' } }, trust))
  apiErrorOf(() => authorize(asked, trust))
})
