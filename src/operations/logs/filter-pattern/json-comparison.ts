import { invalidFilterPattern } from '../errors.ts'
import type { Selector } from './selector.ts'
import { compileWildcards } from './wildcards.ts'

export type JsonTest = (document: unknown) => boolean

/** Compiles the three parts of `$.code >= 500`, `$.level = "ERR*"`, `$.error IS NULL` or `$.error NOT EXISTS`. */
export function compileComparison(select: Selector, operator: string, operand: string): JsonTest {
  const test = states[`${operator} ${operand}`.toUpperCase()] ?? compileOperator(operator, operand)
  return (document) => test(select(document))
}

type ValueTest = (value: unknown) => boolean

const states: Readonly<Record<string, ValueTest>> = {
  'IS TRUE': (value) => value === true,
  'IS FALSE': (value) => value === false,
  'IS NULL': (value) => value === null,
  'NOT EXISTS': (value) => value === undefined,
}

const NUMBER = /^[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i

function compileOperator(operator: string, operand: string): ValueTest {
  if (NUMBER.test(operand)) return compareNumbers(operator, Number(operand))
  const text = textOf(operand)
  const matches = compileWildcards(text)
  if (operator === '=') return (value) => typeof value === 'string' && matches(value)
  if (operator === '!=') return (value) => value !== undefined && !(typeof value === 'string' && matches(value))
  throw invalidFilterPattern()
}

/** A number is compared with numbers only. */
function compareNumbers(operator: string, operand: number): ValueTest {
  switch (operator) {
    case '=':
      return (value) => value === operand
    case '!=':
      return (value) => value !== undefined && value !== operand
    case '<':
      return (value) => typeof value === 'number' && value < operand
    case '<=':
      return (value) => typeof value === 'number' && value <= operand
    case '>':
      return (value) => typeof value === 'number' && value > operand
    case '>=':
      return (value) => typeof value === 'number' && value >= operand
    default:
      throw invalidFilterPattern()
  }
}

/** A quoted text without its quotes, or a word as it is. */
function textOf(operand: string): string {
  if (operand.startsWith('"')) return operand.slice(1, -1).replace(/\\(["\\])/g, '$1')
  if (!/^[\w*.:/+-]+$/.test(operand)) throw invalidFilterPattern()
  return operand
}
