import { compileArnPattern } from './arn-pattern.ts'
import { compileGlob, type Glob, type Matcher } from './glob.ts'
import { compileIpRange } from './ip-range.ts'
import { compilePattern } from './pattern.ts'
import type { RequestContext } from './request-context.ts'

/** Whether a value of the request satisfies one value of the policy. */
export type ValueTest = (actual: string, context: RequestContext) => boolean

export interface ConditionOperator {
  /** `…Not…`: holds if no value of the policy is satisfied. */
  readonly negated: boolean
  /** Undefined if the policy's value makes no sense for the operator. */
  readonly compile: (expected: string, variables: boolean) => ValueTest | undefined
}

type Compile = ConditionOperator['compile']

const text =
  (wildcards: boolean, toMatcher: (glob: Glob) => Matcher): Compile =>
  (expected, variables) =>
    compilePattern(expected, { wildcards, variables }, toMatcher).matches

const ignoringCase = (glob: Glob): Matcher => {
  const matches = compileGlob(glob.map((part) => (typeof part === 'string' ? part.toLowerCase() : part)))
  return (actual) => matches(actual.toLowerCase())
}

type Compare = (actual: number, expected: number) => boolean

/** A value of the request that is no number satisfies nothing: comparisons with NaN are false. */
const compared =
  (parse: (value: string) => number, compare: Compare): Compile =>
  (expected) => {
    const bound = parse(expected)
    return Number.isNaN(bound) ? undefined : (actual) => compare(parse(actual), bound)
  }

const parseNumber = (value: string) => (value.trim() === '' ? Number.NaN : Number(value))

/** ISO 8601, from a year to a fraction of a second, or epoch seconds; four digits are a year. */
const parseDate = (value: string) => (/^\d{5,}$/.test(value) ? Number(value) * 1000 : Date.parse(value))

const equal: Compare = (actual, expected) => actual === expected
const less: Compare = (actual, expected) => actual < expected
const lessOrEqual: Compare = (actual, expected) => actual <= expected
const greater: Compare = (actual, expected) => actual > expected
const greaterOrEqual: Compare = (actual, expected) => actual >= expected

const bool: Compile = (expected) => {
  const wanted = expected.toLowerCase()
  return wanted === 'true' || wanted === 'false' ? (actual) => actual.toLowerCase() === wanted : undefined
}

const binary: Compile = (expected) => {
  const wanted = Buffer.from(expected, 'base64')
  return (actual) => wanted.equals(Buffer.from(actual, 'base64'))
}

const is = (compile: Compile): ConditionOperator => ({ negated: false, compile })
const isNot = (compile: Compile): ConditionOperator => ({ negated: true, compile })

/** All operators but `Null`, which asks about the key and not about its value. */
export const conditionOperators: Readonly<Record<string, ConditionOperator>> = {
  StringEquals: is(text(false, compileGlob)),
  StringNotEquals: isNot(text(false, compileGlob)),
  StringEqualsIgnoreCase: is(text(false, ignoringCase)),
  StringNotEqualsIgnoreCase: isNot(text(false, ignoringCase)),
  StringLike: is(text(true, compileGlob)),
  StringNotLike: isNot(text(true, compileGlob)),
  NumericEquals: is(compared(parseNumber, equal)),
  NumericNotEquals: isNot(compared(parseNumber, equal)),
  NumericLessThan: is(compared(parseNumber, less)),
  NumericLessThanEquals: is(compared(parseNumber, lessOrEqual)),
  NumericGreaterThan: is(compared(parseNumber, greater)),
  NumericGreaterThanEquals: is(compared(parseNumber, greaterOrEqual)),
  DateEquals: is(compared(parseDate, equal)),
  DateNotEquals: isNot(compared(parseDate, equal)),
  DateLessThan: is(compared(parseDate, less)),
  DateLessThanEquals: is(compared(parseDate, lessOrEqual)),
  DateGreaterThan: is(compared(parseDate, greater)),
  DateGreaterThanEquals: is(compared(parseDate, greaterOrEqual)),
  Bool: is(bool),
  BinaryEquals: is(binary),
  IpAddress: is(compileIpRange),
  NotIpAddress: isNot(compileIpRange),
  ArnEquals: is(text(true, compileArnPattern)),
  ArnNotEquals: isNot(text(true, compileArnPattern)),
  ArnLike: is(text(true, compileArnPattern)),
  ArnNotLike: isNot(text(true, compileArnPattern)),
}
