import { invalidFilterPattern } from '../errors.ts'
import { compileJsonPattern } from './json-pattern.ts'
import { compileTerms } from './terms.ts'

/** Whether a log event is wanted. */
export type MessageFilter = (message: string) => boolean

/**
 * Compiles a filter pattern of CloudWatch Logs, or throws InvalidParameterException; undefined when it takes every event.
 *
 *     compileFilterPattern('ERROR -timeout')
 *     compileFilterPattern('{ $.level = "ERROR" && $.durationMs > 300 }')
 */
export function compileFilterPattern(pattern: string): MessageFilter | undefined {
  const text = pattern.trim()
  if (text === '') return undefined
  if (text.startsWith('{')) return compileJsonPattern(text)
  if (text.startsWith('[')) throw invalidFilterPattern('space-delimited patterns are not supported by lambent yet.')
  if (text.startsWith('%')) throw invalidFilterPattern('regular expressions are not supported by lambent yet.')
  return compileTerms(text)
}
