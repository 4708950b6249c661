import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type ApplicablePolicies,
  type CompiledPolicy,
  denialMessage,
  emptyContext,
  evaluate,
  type Principal,
} from '#auth'
import { ACCOUNT, alice, identityPolicy, resourcePolicy, root, worker } from './support.ts'

const OTHER = '999999999999'
const mine = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`
const theirs = `arn:aws:lambda:us-east-1:${OTHER}:function:f`

const allows = identityPolicy({ Effect: 'Allow', Action: 'lambda:*', Resource: '*' })
const denies = identityPolicy({ Effect: 'Deny', Action: 'lambda:*', Resource: '*' })
const other = identityPolicy({ Effect: 'Allow', Action: 's3:*', Resource: '*' })

const grants = (principal: unknown): CompiledPolicy =>
  resourcePolicy({ Effect: 'Allow', Principal: principal, Action: 'lambda:InvokeFunction', Resource: '*' })
const forbids = (principal: unknown): CompiledPolicy =>
  resourcePolicy({ Effect: 'Deny', Principal: principal, Action: 'lambda:InvokeFunction', Resource: '*' })

const invocation = 'lambda:InvokeFunction'
const because = (kind: string) => `because no ${kind} allows the lambda:InvokeFunction action`
const noIdentity = because('identity-based policy')
const noResource = because('resource-based policy')
const noBoundary = because('permissions boundary')
const noSession = because('session policy')
const noServiceControl = because('service control policy')

const service: Principal = { kind: 'service', service: 's3.amazonaws.com' }
const anonymous: Principal = { kind: 'anonymous' }

type Row = readonly [
  name: string,
  principal: Principal,
  resource: string,
  policies: ApplicablePolicies,
  outcome: string,
]

const rows: readonly Row[] = [
  ['root, in its account, without any policy', root, mine, { identity: [] }, 'allowed'],
  ['root, without resource', root, '*', { identity: [] }, 'allowed'],
  ['root, in another account', root, theirs, { identity: [] }, noResource],
  [
    'root, in another account that grants',
    root,
    theirs,
    { identity: [], resource: grants({ AWS: ACCOUNT }) },
    'allowed',
  ],
  ['a user without policies', alice, mine, { identity: [] }, noIdentity],
  ['a user with an allowing policy', alice, mine, { identity: [other, allows] }, 'allowed'],
  [
    'a user with a denying policy',
    alice,
    mine,
    { identity: [allows, denies] },
    'with an explicit deny in an identity-based policy',
  ],
  ['a boundary that allows as well', alice, mine, { identity: [allows], permissionsBoundary: allows }, 'allowed'],
  ['a boundary that does not', alice, mine, { identity: [allows], permissionsBoundary: other }, noBoundary],
  [
    'a boundary that denies',
    alice,
    mine,
    { identity: [allows], permissionsBoundary: denies },
    'with an explicit deny in a permissions boundary',
  ],
  ['a boundary alone', alice, mine, { identity: [], permissionsBoundary: allows }, noIdentity],
  ['a session policy that allows as well', worker, mine, { identity: [allows], session: [other, allows] }, 'allowed'],
  ['a session policy that does not', worker, mine, { identity: [allows], session: [other] }, noSession],
  [
    'a session policy that denies',
    worker,
    mine,
    { identity: [allows], session: [denies] },
    'with an explicit deny in a session policy',
  ],
  [
    'a service control policy that allows as well',
    alice,
    mine,
    { identity: [allows], serviceControl: [allows, allows] },
    'allowed',
  ],
  [
    'a service control policy of one level that does not',
    alice,
    mine,
    { identity: [allows], serviceControl: [allows, other] },
    noServiceControl,
  ],
  [
    'a service control policy that denies',
    alice,
    mine,
    { identity: [allows], serviceControl: [denies] },
    'with an explicit deny in a service control policy',
  ],
  ['a grant to the user', alice, mine, { identity: [], resource: grants({ AWS: alice.arn }) }, 'allowed'],
  [
    'a grant to the user, beyond the boundary',
    alice,
    mine,
    { identity: [], permissionsBoundary: other, resource: grants({ AWS: alice.arn }) },
    'allowed',
  ],
  ['a grant to another user', alice, mine, { identity: [], resource: grants({ AWS: `${alice.arn}2` }) }, noIdentity],
  [
    'a grant to one of several',
    alice,
    mine,
    { identity: [], resource: grants({ AWS: [worker.roleArn, alice.arn] }) },
    'allowed',
  ],
  ['a grant to the account', alice, mine, { identity: [], resource: grants({ AWS: ACCOUNT }) }, noIdentity],
  [
    'a grant to the account by root ARN',
    alice,
    mine,
    { identity: [allows], resource: grants({ AWS: root.arn }) },
    'allowed',
  ],
  ['a grant to everyone', alice, mine, { identity: [], resource: grants('*') }, 'allowed'],
  ['a grant to everyone, by AWS', alice, mine, { identity: [], resource: grants({ AWS: '*' }) }, 'allowed'],
  [
    'a grant to everyone, limited by the boundary',
    alice,
    mine,
    { identity: [], permissionsBoundary: other, resource: grants('*') },
    noBoundary,
  ],
  [
    'a grant to the session',
    worker,
    mine,
    { identity: [], session: [other], resource: grants({ AWS: worker.arn }) },
    'allowed',
  ],
  ['a grant to the role', worker, mine, { identity: [], resource: grants({ AWS: worker.roleArn }) }, 'allowed'],
  [
    'a grant to the role, limited by the session',
    worker,
    mine,
    { identity: [], session: [other], resource: grants({ AWS: worker.roleArn }) },
    noSession,
  ],
  [
    'a grant to the role, limited by the boundary',
    worker,
    mine,
    { identity: [], permissionsBoundary: other, resource: grants({ AWS: worker.roleArn }) },
    noBoundary,
  ],
  [
    'a grant to a service',
    alice,
    mine,
    { identity: [], resource: grants({ Service: 's3.amazonaws.com' }) },
    noIdentity,
  ],
  [
    'a resource that forbids',
    alice,
    mine,
    { identity: [allows], resource: forbids({ AWS: alice.arn }) },
    'with an explicit deny in a resource-based policy',
  ],
  [
    'a resource that forbids the account',
    alice,
    mine,
    { identity: [allows], resource: forbids({ AWS: ACCOUNT }) },
    'with an explicit deny in a resource-based policy',
  ],
  [
    'a resource that forbids everyone',
    alice,
    mine,
    { identity: [allows], resource: forbids('*') },
    'with an explicit deny in a resource-based policy',
  ],
  ['a resource that forbids others', alice, mine, { identity: [allows], resource: forbids({ AWS: OTHER }) }, 'allowed'],
  [
    'a resource that forbids all but the user',
    alice,
    mine,
    {
      identity: [allows],
      resource: resourcePolicy({ Effect: 'Deny', NotPrincipal: { AWS: alice.arn }, Action: '*', Resource: '*' }),
    },
    'allowed',
  ],
  [
    'a resource that forbids all but another',
    alice,
    mine,
    {
      identity: [allows],
      resource: resourcePolicy({ Effect: 'Deny', NotPrincipal: { AWS: worker.arn }, Action: '*', Resource: '*' }),
    },
    'with an explicit deny in a resource-based policy',
  ],
  ['another account, no grant', alice, theirs, { identity: [allows] }, noResource],
  ['another account, both sides', alice, theirs, { identity: [allows], resource: grants({ AWS: ACCOUNT }) }, 'allowed'],
  ['another account, its side only', alice, theirs, { identity: [], resource: grants({ AWS: alice.arn }) }, noIdentity],
  ['another account, everyone', alice, theirs, { identity: [allows], resource: grants('*') }, 'allowed'],
  [
    'another account, limited by the boundary',
    alice,
    theirs,
    { identity: [allows], permissionsBoundary: other, resource: grants({ AWS: alice.arn }) },
    noBoundary,
  ],
  [
    'another account, grant to somebody else',
    alice,
    theirs,
    { identity: [allows], resource: grants({ AWS: OTHER }) },
    noResource,
  ],
  ['nobody known, no policy', anonymous, mine, { identity: [] }, noResource],
  ['nobody known, everyone granted', anonymous, mine, { identity: [], resource: grants('*') }, 'allowed'],
  [
    'nobody known, the account granted',
    anonymous,
    mine,
    { identity: [], resource: grants({ AWS: ACCOUNT }) },
    noResource,
  ],
]

for (const [name, principal, resource, policies, outcome] of rows) {
  test(`${name}: ${outcome}`, () => {
    const request = { principal, action: invocation, resource, context: emptyContext }
    const decision = evaluate(request, policies)
    const user = 'arn' in principal ? principal.arn : 'anonymous'
    const sentence = `User: ${user} is not authorized to perform: ${invocation} on resource: ${resource} ${outcome}`
    if (decision.kind === 'allowed') assert.equal('allowed', outcome)
    else assert.equal(denialMessage(decision, principal, invocation, resource), sentence)
  })
}

test('a service may what a resource-based policy says', () => {
  const request = { principal: service, action: invocation, resource: mine, context: emptyContext }
  const kind = (resource?: CompiledPolicy) => evaluate(request, { identity: [], resource }).kind
  assert.equal(kind(grants({ Service: 's3.amazonaws.com' })), 'allowed')
  assert.equal(kind(grants({ Service: ['sns.amazonaws.com', 's3.amazonaws.com'] })), 'allowed')
  assert.equal(kind(grants({ Service: 'sns.amazonaws.com' })), 'implicitly-denied')
  assert.equal(kind(), 'implicitly-denied')
})

test('a denied service is told in its own words', () => {
  const decision = evaluate(
    { principal: service, action: invocation, resource: mine, context: emptyContext },
    { identity: [] },
  )
  assert(decision.kind !== 'allowed')
  assert.equal(
    denialMessage(decision, service, invocation, mine),
    's3.amazonaws.com is not authorized to perform: lambda:InvokeFunction on the resource because no resource-based policy allows the lambda:InvokeFunction action',
  )
})

test('a policy that names nobody grants nobody anything, wherever it is attached', () => {
  const request = { principal: alice, action: invocation, resource: mine, context: emptyContext }
  assert.equal(evaluate(request, { identity: [], resource: allows }).kind, 'implicitly-denied')
})

test('the account of a resource whose ARN names none may be given', () => {
  const request = { principal: alice, action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', context: emptyContext }
  assert.equal(evaluate(request, { identity: [other] }).kind, 'allowed')
  assert.equal(evaluate({ ...request, resourceAccount: OTHER }, { identity: [other] }).kind, 'implicitly-denied')
})
