import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ContextValue, evaluate } from '#auth'
import { alice, identityPolicy } from './support.ts'

// Every operator in every form: plain, IfExists, and with both quantifiers, on one value, several, none, and no key.

/** A value of a policy, a value of a request that satisfies it as it stands, and one that does not. */
const operators: Readonly<Record<string, readonly [policy: string, good: string, bad: string]>> = {
  StringEquals: ['a', 'a', 'b'],
  StringNotEquals: ['a', 'b', 'a'],
  StringEqualsIgnoreCase: ['a', 'A', 'B'],
  StringNotEqualsIgnoreCase: ['a', 'B', 'A'],
  StringLike: ['a*', 'abc', 'cba'],
  StringNotLike: ['a*', 'cba', 'abc'],
  NumericEquals: ['10', '10.0', '11'],
  NumericNotEquals: ['10', '11', '10.0'],
  NumericLessThan: ['10', '9', '10'],
  NumericLessThanEquals: ['10', '10', '11'],
  NumericGreaterThan: ['10', '11', '10'],
  NumericGreaterThanEquals: ['10', '10', '9'],
  DateEquals: ['2026-01-02', '2026-01-02T00:00:00Z', '2026-01-03'],
  DateNotEquals: ['2026-01-02', '2026-01-03', '2026-01-02T00:00:00Z'],
  DateLessThan: ['2026-01-02', '2026-01-01', '2026-01-02'],
  DateLessThanEquals: ['2026-01-02', '2026-01-02', '2026-01-03'],
  DateGreaterThan: ['2026-01-02', '2026-01-03', '2026-01-02'],
  DateGreaterThanEquals: ['2026-01-02', '2026-01-02', '2026-01-01'],
  Bool: ['true', 'true', 'false'],
  BinaryEquals: ['aGk=', 'aGk=', 'aGo='],
  IpAddress: ['10.0.0.0/8', '10.1.2.3', '11.1.2.3'],
  NotIpAddress: ['10.0.0.0/8', '11.1.2.3', '10.1.2.3'],
  ArnEquals: ['arn:aws:s3:::b', 'arn:aws:s3:::b', 'arn:aws:s3:::c'],
  ArnNotEquals: ['arn:aws:s3:::b', 'arn:aws:s3:::c', 'arn:aws:s3:::b'],
  ArnLike: ['arn:aws:s3:::b*', 'arn:aws:s3:::bc', 'arn:aws:s3:::c'],
  ArnNotLike: ['arn:aws:s3:::b*', 'arn:aws:s3:::c', 'arn:aws:s3:::bc'],
}

type Outcomes = Readonly<Record<'good' | 'bad' | 'both' | 'empty' | 'missing', boolean>>

/** What each form makes of a request's value; a negated operator is one that holds when nothing is there. */
const forms: readonly { form: (operator: string) => string; outcomes: (negated: boolean) => Outcomes }[] = [
  {
    form: (operator) => operator,
    outcomes: (negated) => ({ good: true, bad: false, both: !negated, empty: negated, missing: negated }),
  },
  {
    form: (operator) => `${operator}IfExists`,
    outcomes: (negated) => ({ good: true, bad: false, both: !negated, empty: true, missing: true }),
  },
  {
    form: (operator) => `ForAnyValue:${operator}`,
    outcomes: () => ({ good: true, bad: false, both: true, empty: false, missing: false }),
  },
  {
    form: (operator) => `ForAllValues:${operator}`,
    outcomes: () => ({ good: true, bad: false, both: false, empty: true, missing: true }),
  },
]

function holds(operator: string, expected: string, actual: ContextValue | undefined): boolean {
  const Condition = { [operator]: { 'test:Key': expected } }
  const policy = identityPolicy({ Effect: 'Allow', Action: '*', Resource: '*', Condition })
  const context = { get: (key: string) => (key === 'test:key' ? actual : undefined) }
  const request = { principal: alice, action: 'lambda:GetFunction', resource: '*', context }
  return evaluate(request, { identity: [policy] }).kind === 'allowed'
}

for (const [operator, [expected, good, bad]] of Object.entries(operators)) {
  for (const { form, outcomes } of forms) {
    const name = form(operator)
    const values = { good, bad, both: [good, bad], empty: [], missing: undefined }
    for (const [what, outcome] of Object.entries(outcomes(operator.includes('Not')))) {
      const actual = values[what as keyof Outcomes]
      test(`${name} of ${expected} and ${JSON.stringify(actual) ?? 'no key'}: ${outcome}`, () =>
        assert.equal(holds(name, expected, actual), outcome))
    }
  }
}
