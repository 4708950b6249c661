import type { FunctionSetting } from './function-setting.ts'

/** What happens to a function that keeps invoking itself. */
export interface Recursion extends FunctionSetting {
  readonly recursiveLoop: string
}

export const DEFAULT_RECURSIVE_LOOP = 'Terminate'
