// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written like that
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePolicy, evaluate } from '#auth'
import { alice, identityPolicy } from './support.ts'

const f = 'arn:aws:lambda:us-east-1:123456789012:function:f'
const context = {
  get: (key: string) => ({ 'aws:username': 'alice', 'aws:principaltag/star': '*', 'aws:tagkeys': ['a', 'b'] })[key],
}

const kindOf = (statements: readonly object[], action: string, resource: string) =>
  evaluate({ principal: alice, action, resource, context }, { identity: [identityPolicy(...statements)] }).kind

const allow = (fields: object) => ({ Effect: 'Allow', ...fields })
const deny = (fields: object) => ({ Effect: 'Deny', ...fields })
const anything = { Action: '*', Resource: '*' }

type Row = readonly [name: string, statements: readonly object[], action: string, resource: string, kind: string]
const yes = 'allowed'
const no = 'implicitly-denied'
const denied = 'explicitly-denied'

const rows: readonly Row[] = [
  ['the action itself', [allow({ Action: 'lambda:GetFunction', Resource: '*' })], 'lambda:GetFunction', f, yes],
  ['another action', [allow({ Action: 'lambda:GetFunction', Resource: '*' })], 'lambda:GetAlias', f, no],
  ['an action in another case', [allow({ Action: 'LAMBDA:getfunction', Resource: '*' })], 'lambda:GetFunction', f, yes],
  ['all actions of a service', [allow({ Action: 'lambda:*', Resource: '*' })], 'lambda:GetFunction', f, yes],
  ['all actions of another service', [allow({ Action: 'logs:*', Resource: '*' })], 'lambda:GetFunction', f, no],
  ['all actions', [allow(anything)], 'lambda:GetFunction', f, yes],
  [
    'a wildcard within the action',
    [allow({ Action: 'lambda:*Function', Resource: '*' })],
    'lambda:GetFunction',
    f,
    yes,
  ],
  [
    'a wildcard of one character',
    [allow({ Action: 'lambda:?etFunction', Resource: '*' })],
    'lambda:GetFunction',
    f,
    yes,
  ],
  ['a list of actions', [allow({ Action: ['iam:*', 'lambda:Get*'], Resource: '*' })], 'lambda:GetFunction', f, yes],
  [
    'two statements, the second matching',
    [allow({ Action: 'iam:*', Resource: '*' }), allow({ Action: 'lambda:*', Resource: '*' })],
    'lambda:GetFunction',
    f,
    yes,
  ],
  ['NotAction of another action', [allow({ NotAction: 'iam:*', Resource: '*' })], 'lambda:GetFunction', f, yes],
  [
    'NotAction of the action',
    [allow({ NotAction: ['iam:*', 'lambda:*'], Resource: '*' })],
    'lambda:GetFunction',
    f,
    no,
  ],
  ['the resource itself', [allow({ Action: '*', Resource: f })], 'lambda:GetFunction', f, yes],
  [
    'a qualified resource by an unqualified ARN',
    [allow({ Action: '*', Resource: f })],
    'lambda:GetFunction',
    `${f}:prod`,
    no,
  ],
  [
    'a qualified resource by a wildcard',
    [allow({ Action: '*', Resource: `${f}:*` })],
    'lambda:GetFunction',
    `${f}:prod`,
    yes,
  ],
  [
    'an unqualified resource by a wildcard for qualifiers',
    [allow({ Action: '*', Resource: `${f}:*` })],
    'lambda:GetFunction',
    f,
    no,
  ],
  ['a resource in another case', [allow({ Action: '*', Resource: `${f.slice(0, -1)}F` })], 'lambda:GetFunction', f, no],
  [
    'a wildcard across colons and slashes',
    [allow({ Action: '*', Resource: 'arn:aws:lambda:*f' })],
    'lambda:GetFunction',
    f,
    yes,
  ],
  [
    'wildcards for region and account',
    [allow({ Action: '*', Resource: 'arn:aws:lambda:*:*:function:f' })],
    'lambda:GetFunction',
    f,
    yes,
  ],
  [
    'a wildcard of one character in a resource',
    [allow({ Action: '*', Resource: 'arn:aws:lambda:us-east-?:*:function:?' })],
    'lambda:GetFunction',
    f,
    yes,
  ],
  ['a wildcard of one character for none', [allow({ Action: '*', Resource: `${f}?` })], 'lambda:GetFunction', f, no],
  ['a list of resources', [allow({ Action: '*', Resource: ['arn:aws:s3:::b', f] })], 'lambda:GetFunction', f, yes],
  ['an action without resource by an ARN', [allow({ Action: '*', Resource: f })], 'lambda:ListFunctions', '*', no],
  [
    'an action without resource by a star',
    [allow({ Action: 'lambda:List*', Resource: '*' })],
    'lambda:ListFunctions',
    '*',
    yes,
  ],
  ['NotResource of another', [allow({ Action: '*', NotResource: 'arn:aws:s3:::b' })], 'lambda:GetFunction', f, yes],
  [
    'NotResource of it',
    [allow({ Action: '*', NotResource: ['arn:aws:s3:::b', `${f}*`] })],
    'lambda:GetFunction',
    f,
    no,
  ],
  [
    'a policy variable in a resource',
    [allow({ Action: '*', Resource: 'arn:aws:lambda:*:*:function:${aws:username}-*' })],
    'lambda:GetFunction',
    `${f.slice(0, -1)}alice-f`,
    yes,
  ],
  [
    "somebody else's variable",
    [allow({ Action: '*', Resource: 'arn:aws:lambda:*:*:function:${aws:username}-*' })],
    'lambda:GetFunction',
    `${f.slice(0, -1)}bob-f`,
    no,
  ],
  [
    'a variable without value',
    [allow({ Action: '*', Resource: 'arn:aws:lambda:*:*:function:${aws:absent}*' })],
    'lambda:GetFunction',
    f,
    no,
  ],
  [
    'a variable with a default',
    [allow({ Action: '*', Resource: "arn:aws:lambda:*:*:function:${aws:absent, 'f'}" })],
    'lambda:GetFunction',
    f,
    yes,
  ],
  [
    'a variable of several values',
    [allow({ Action: '*', Resource: 'arn:aws:lambda:*:*:function:${aws:TagKeys}*' })],
    'lambda:GetFunction',
    f,
    no,
  ],
  [
    'a wildcard in the value of a variable',
    [allow({ Action: '*', Resource: 'arn:aws:lambda:*:*:function:${aws:PrincipalTag/Star}' })],
    'lambda:GetFunction',
    f,
    no,
  ],
  [
    'an escaped star',
    [allow({ Action: '*', Resource: 'arn:aws:lambda:*:*:function:${*}' })],
    'lambda:GetFunction',
    f,
    no,
  ],
  [
    'an Allow with an exception that has no value',
    [allow({ Action: '*', NotResource: 'arn:aws:s3:::${aws:absent}' })],
    'lambda:GetFunction',
    f,
    no,
  ],
  [
    'a Deny with an exception that has no value',
    [allow(anything), deny({ Action: '*', NotResource: 'arn:aws:s3:::${aws:absent}' })],
    'lambda:GetFunction',
    f,
    denied,
  ],
  ['Deny beside Allow', [allow(anything), deny({ Action: 'lambda:*', Resource: f })], 'lambda:GetFunction', f, denied],
  ['Deny before Allow', [deny({ Action: 'lambda:*', Resource: f }), allow(anything)], 'lambda:GetFunction', f, denied],
  [
    'Deny of another resource',
    [allow(anything), deny({ Action: '*', Resource: `${f}2` })],
    'lambda:GetFunction',
    f,
    yes,
  ],
  [
    'Deny of another action',
    [allow(anything), deny({ Action: 'lambda:Delete*', Resource: '*' })],
    'lambda:GetFunction',
    f,
    yes,
  ],
  [
    'Deny with NotAction',
    [allow(anything), deny({ NotAction: 'lambda:Get*', Resource: '*' })],
    'lambda:DeleteFunction',
    f,
    denied,
  ],
  [
    'Deny with NotAction of the action',
    [allow(anything), deny({ NotAction: 'lambda:Get*', Resource: '*' })],
    'lambda:GetFunction',
    f,
    yes,
  ],
  [
    'Deny with NotResource',
    [allow(anything), deny({ Action: '*', NotResource: `${f}2` })],
    'lambda:GetFunction',
    f,
    denied,
  ],
  ['Deny alone', [deny(anything)], 'lambda:GetFunction', f, denied],
  [
    'Deny under a condition that does not hold',
    [allow(anything), deny({ ...anything, Condition: { StringEquals: { 'aws:username': 'bob' } } })],
    'lambda:GetFunction',
    f,
    yes,
  ],
  [
    'Deny under a condition that holds',
    [allow(anything), deny({ ...anything, Condition: { StringEquals: { 'aws:username': 'alice' } } })],
    'lambda:GetFunction',
    f,
    denied,
  ],
  [
    'Deny under a negated condition on a missing key',
    [allow(anything), deny({ ...anything, Condition: { StringNotEquals: { 'aws:absent': 'x' } } })],
    'lambda:GetFunction',
    f,
    denied,
  ],
  ['no statement at all', [], 'lambda:GetFunction', f, no],
]

for (const [name, statements, action, resource, kind] of rows) {
  test(`${name}: ${kind}`, () => assert.equal(kindOf(statements, action, resource), kind))
}

test('a policy of the older version has no variables', () => {
  const statement = allow({ Action: '*', Resource: 'arn:aws:s3:::${aws:username}' })
  for (const Version of ['2008-10-17', undefined]) {
    const policy = compilePolicy(JSON.stringify({ Version, Statement: statement }))
    const kind = (resource: string) =>
      evaluate({ principal: alice, action: 's3:GetObject', resource, context }, { identity: [policy] }).kind
    assert.equal(kind('arn:aws:s3:::alice'), no)
    assert.equal(kind('arn:aws:s3:::${aws:username}'), yes)
  }
})

test('the statement that denies is named', () => {
  const policy = identityPolicy(allow(anything), deny({ Sid: 'NoDelete', ...anything }))
  const decision = evaluate({ principal: alice, action: 'a:B', resource: '*', context }, { identity: [policy] })
  assert.equal(decision.kind === 'explicitly-denied' && decision.statement.sid, 'NoDelete')
})

test('wildcards by the hundred take no time', () => {
  const policy = identityPolicy(
    allow({ Action: '*', Resource: `arn:${'*a'.repeat(300)}*b` }),
    allow({ Action: '*', Resource: `arn:${'?*'.repeat(300)}b` }),
  )
  const started = performance.now()
  const decision = evaluate(
    { principal: alice, action: 'a:B', resource: `arn:${'a'.repeat(5_000)}`, context },
    { identity: [policy] },
  )
  assert.equal(decision.kind, no)
  assert.ok(performance.now() - started < 1_000)
})
