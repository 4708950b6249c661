import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePolicy, MalformedPolicy, type PolicyPurpose } from '#auth'

const good = { Effect: 'Allow', Action: 'lambda:*', Resource: '*' }
const { Effect, Action } = good
const version = { Version: '2012-10-17' }
const syntax = 'Syntax errors in policy.'

type Row = readonly [name: string, document: unknown, message: string, purpose?: PolicyPurpose]

const rows: readonly Row[] = [
  ['a list', [good], syntax],
  ['a text', 'x', syntax],
  ['null', null, syntax],
  [
    'an unknown version',
    { Version: '2020-01-01', Statement: good },
    'Policy document must be version 2012-10-17 or greater.',
  ],
  ['an unknown member', { ...version, Statement: good, Other: 1 }, syntax],
  ['no statement', version, syntax],
  ['a statement that is a text', { ...version, Statement: 'x' }, syntax],
  ['an unknown member of a statement', { ...version, Statement: { ...good, Actions: [] } }, syntax],
  ['no effect', { ...version, Statement: { Action, Resource: '*' } }, syntax],
  ['an effect in another case', { ...version, Statement: { ...good, Effect: 'allow' } }, syntax],
  ['no action', { ...version, Statement: { Effect, Resource: '*' } }, 'Policy statement must contain actions.'],
  [
    'an empty list of actions',
    { ...version, Statement: { ...good, Action: [] } },
    'Policy statement must contain actions.',
  ],
  [
    'an action without service',
    { ...version, Statement: { ...good, Action: 'Invoke' } },
    'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  ],
  ['an action that is a number', { ...version, Statement: { ...good, Action: 5 } }, syntax],
  ['Action and NotAction', { ...version, Statement: { ...good, NotAction: 'iam:*' } }, syntax],
  ['no resource', { ...version, Statement: { Effect, Action } }, 'Policy statement must contain resources.'],
  ['Resource and NotResource', { ...version, Statement: { ...good, NotResource: '*' } }, syntax],
  [
    'a resource that is no ARN',
    { ...version, Statement: { ...good, Resource: 'f' } },
    'Resource f must be in ARN format or "*".',
  ],
  [
    'a principal in the policy of an identity',
    { ...version, Statement: { ...good, Principal: '*' } },
    'Policy document should not specify a principal.',
  ],
  [
    'everybody but one who is allowed something by a resource',
    { ...version, Statement: { ...good, NotPrincipal: { AWS: '123456789012' } } },
    'Allow with NotPrincipal is not allowed.',
    'resource',
  ],
  [
    'everybody but one who may assume a role',
    { ...version, Statement: { Effect, Action: 'sts:AssumeRole', NotPrincipal: { AWS: '123456789012' } } },
    'Allow with NotPrincipal is not allowed.',
    'trust',
  ],
  [
    'two statements of one Sid',
    {
      ...version,
      Statement: [
        { ...good, Sid: 'a' },
        { ...good, Sid: 'a' },
      ],
    },
    'Statement IDs (SID) in a single policy must be unique.',
  ],
  [
    'an unknown operator',
    { ...version, Statement: { ...good, Condition: { StringIs: { 'a:b': 'c' } } } },
    'Invalid Condition type : StringIs',
  ],
  [
    'an operator named like a method',
    { ...version, Statement: { ...good, Condition: { toString: { 'a:b': 'c' } } } },
    'Invalid Condition type : toString',
  ],
  ['a condition that is a text', { ...version, Statement: { ...good, Condition: 'x' } }, syntax],
  ['a condition without keys', { ...version, Statement: { ...good, Condition: { StringEquals: 'x' } } }, syntax],
  [
    'a condition value that is an object',
    { ...version, Statement: { ...good, Condition: { StringEquals: { 'a:b': {} } } } },
    syntax,
  ],
  [
    'a number that is none',
    { ...version, Statement: { ...good, Condition: { NumericEquals: { 'a:b': 'x' } } } },
    'Invalid value for condition NumericEquals: x',
  ],
  [
    'a date that is none',
    { ...version, Statement: { ...good, Condition: { DateEquals: { 'a:b': 'x' } } } },
    'Invalid value for condition DateEquals: x',
  ],
  [
    'a boolean that is none',
    { ...version, Statement: { ...good, Condition: { Bool: { 'a:b': 'x' } } } },
    'Invalid value for condition Bool: x',
  ],
  [
    'a Null that is none',
    { ...version, Statement: { ...good, Condition: { Null: { 'a:b': 'x' } } } },
    'Invalid value for condition Null: x',
  ],
  [
    'an address that is none',
    { ...version, Statement: { ...good, Condition: { IpAddress: { 'a:b': '10.0.0.0/33' } } } },
    'Invalid value for condition IpAddress: 10.0.0.0/33',
  ],
  [
    'the policy of a resource without principal',
    { ...version, Statement: good },
    'Missing required field Principal',
    'resource',
  ],
  [
    'a principal of an unknown kind',
    { ...version, Statement: { ...good, Principal: { Friend: 'x' } } },
    'Invalid principal in policy: "Friend":"x"',
    'resource',
  ],
  [
    'an AWS principal that is none',
    { ...version, Statement: { ...good, Principal: { AWS: 'alice' } } },
    'Invalid principal in policy: "AWS":"alice"',
    'resource',
  ],
  ['a principal that is a name', { ...version, Statement: { ...good, Principal: 'alice' } }, syntax, 'resource'],
  [
    'a trust policy with a resource',
    { ...version, Statement: { ...good, Principal: '*' } },
    'Has prohibited field Resource',
    'trust',
  ],
]

for (const [name, document, message, purpose] of rows) {
  test(`refused: ${name}`, () =>
    assert.throws(
      () => compilePolicy(JSON.stringify(document), purpose),
      (error) => error instanceof MalformedPolicy && error.message === message,
    ))
}

test('refused: what is no JSON', () =>
  assert.throws(() => compilePolicy('{"Version"'), {
    name: 'MalformedPolicy',
    message: 'This policy contains invalid Json',
  }))

const accepted: readonly (readonly [name: string, document: unknown, purpose?: PolicyPurpose])[] = [
  ['a single statement', { ...version, Statement: good }],
  [
    'a list, an Id and Sids',
    { ...version, Id: 'x', Statement: [{ ...good, Sid: 'a' }, { ...good, Sid: 'b' }, good, good] },
  ],
  ['no version', { Statement: good }],
  [
    'an account, a user, a role, a session, a deleted user',
    {
      ...version,
      Statement: {
        ...good,
        Principal: {
          AWS: [
            '123456789012',
            'arn:aws:iam::123456789012:user/a',
            'arn:aws-cn:iam::123456789012:role/p/r',
            'arn:aws:sts::123456789012:assumed-role/r/s',
            'AIDACKCEVSQ6C2EXAMPLE',
          ],
        },
      },
    },
    'resource',
  ],
  [
    'a federated principal',
    {
      ...version,
      Statement: {
        Effect,
        Action: 'sts:AssumeRoleWithSAML',
        Principal: { Federated: 'arn:aws:iam::1:saml-provider/x' },
      },
    },
    'trust',
  ],
]

for (const [name, document, purpose] of accepted) {
  test(`accepted: ${name}`, () => assert.ok(compilePolicy(JSON.stringify(document), purpose)))
}
