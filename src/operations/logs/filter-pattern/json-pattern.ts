import { invalidFilterPattern } from '../errors.ts'
import type { MessageFilter } from './filter-pattern.ts'
import { compileComparison, type JsonTest } from './json-comparison.ts'
import { tokenize } from './json-tokens.ts'
import { compileSelector } from './selector.ts'

/** Compiles `{ $.level = "ERROR" && ($.code >= 500 || $.retry IS TRUE) }`. What is not a JSON object does not match. */
export function compileJsonPattern(pattern: string): MessageFilter {
  const test = parsePattern(tokenize(pattern))
  return (message) => {
    const object = parseObject(message)
    return object !== undefined && test(object)
  }
}

/** `&&` binds more strongly than `||`. */
function parsePattern(tokens: readonly string[]): JsonTest {
  let position = 0
  const peek = () => tokens[position]
  const take = () => tokens[position++] ?? ''
  const expect = (token: string) => {
    if (take() !== token) throw invalidFilterPattern()
  }
  const either = (): JsonTest => {
    const tests = [both()]
    for (; peek() === '||'; tests.push(both())) take()
    return (value) => tests.some((test) => test(value))
  }
  const both = (): JsonTest => {
    const tests = [single()]
    for (; peek() === '&&'; tests.push(single())) take()
    return (value) => tests.every((test) => test(value))
  }
  const single = (): JsonTest => {
    if (peek() !== '(') return compileComparison(compileSelector(take()), take(), take())
    take()
    const test = either()
    expect(')')
    return test
  }
  expect('{')
  const test = either()
  expect('}')
  if (position < tokens.length) throw invalidFilterPattern()
  return test
}

function parseObject(message: string): unknown {
  if (!message.trimStart().startsWith('{')) return undefined
  try {
    return JSON.parse(message)
  } catch {
    return undefined
  }
}
