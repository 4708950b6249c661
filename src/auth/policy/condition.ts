import { conditionOperators, type ValueTest } from './condition-operators.ts'
import { invalidConditionValue, syntaxError, unknownOperator } from './malformed-policy.ts'
import type { ContextValue, RequestContext } from './request-context.ts'

/** One operator on one key; a statement's condition holds if all of them do. */
export type ConditionTest = (context: RequestContext) => boolean

/** Compiles `{ "<operator>": { "<key>": <value or values> } }`. */
export function compileCondition(condition: unknown, variables: boolean): readonly ConditionTest[] {
  return Object.entries(asObject(condition)).flatMap(([operator, keys]) =>
    Object.entries(asObject(keys)).map(([key, values]) =>
      compileTest(operator, key.toLowerCase(), asTexts(values), variables),
    ),
  )
}

function compileTest(operator: string, key: string, values: readonly string[], variables: boolean): ConditionTest {
  if (operator === 'Null') return compileNull(key, values)
  const { quantifier, name, ifExists } = parseOperator(operator)
  const found = Object.hasOwn(conditionOperators, name) ? conditionOperators[name] : undefined
  if (!found) throw unknownOperator(operator)
  const tests = values.map((value) => {
    const test = found.compile(value, variables)
    if (!test) throw invalidConditionValue(operator, value)
    return test
  })
  const quantified = quantify(quantifier, found.negated, tests)
  const whenMissing = ifExists || quantifier === 'ForAllValues' || (quantifier === undefined && found.negated)
  return (context) => {
    const actual = valuesOf(context.get(key))
    return actual.length === 0 ? whenMissing : quantified(actual, context)
  }
}

/** `"Null": { "key": "true" }` holds if the key is missing. */
function compileNull(key: string, values: readonly string[]): ConditionTest {
  const wanted = values.map((value) => {
    if (value !== 'true' && value !== 'false') throw invalidConditionValue('Null', value)
    return value === 'true'
  })
  return (context) => wanted.includes(valuesOf(context.get(key)).length === 0)
}

type Quantifier = 'ForAllValues' | 'ForAnyValue' | undefined

/** Without a quantifier, several values of the request are one: any may satisfy, and none may be what is excluded. */
function quantify(quantifier: Quantifier, negated: boolean, tests: readonly ValueTest[]) {
  const holds = (actual: string, context: RequestContext) => tests.some((test) => test(actual, context)) !== negated
  const every = quantifier === 'ForAllValues' || (quantifier === undefined && negated)
  return every
    ? (actual: readonly string[], context: RequestContext) => actual.every((value) => holds(value, context))
    : (actual: readonly string[], context: RequestContext) => actual.some((value) => holds(value, context))
}

function parseOperator(operator: string): { quantifier: Quantifier; name: string; ifExists: boolean } {
  const [, quantifier, name = '', suffix] = OPERATOR.exec(operator) ?? []
  return { quantifier: quantifier as Quantifier, name, ifExists: suffix !== undefined }
}

const OPERATOR = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/

const valuesOf = (value: ContextValue | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

function asObject(value: unknown): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw syntaxError()
  return value
}

function asTexts(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map((one: unknown) => {
    if (typeof one !== 'string' && typeof one !== 'number' && typeof one !== 'boolean') throw syntaxError()
    return String(one)
  })
}
