import { RecursiveInvocationException } from '#model'
import type { FunctionSetting } from './function-setting.ts'

/** What happens to a function that keeps invoking itself. */
export interface Recursion extends FunctionSetting {
  readonly recursiveLoop: string
}

export const DEFAULT_RECURSIVE_LOOP = 'Terminate'

export const recursiveInvocation = () =>
  new RecursiveInvocationException({
    Type: 'User',
    Message:
      "Lambda has detected your function being invoked in a recursive loop with other AWS resources and stopped your function's invocation.",
  })
