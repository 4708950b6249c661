import { constants } from 'node:os'
import { assemble, type Condition, type Rule } from './assemble.ts'
import { type ArgumentTest, refusals } from './refusals.ts'
import { systemCalls } from './system-calls.ts'

/** Verdicts; the lower half of ERRNO is the answer. */
const ALLOW = 0x7fff_0000
const ERRNO = 0x0005_0000
const KILL_PROCESS = 0x8000_0000

/** `struct seccomp_data`: the call's number, the processor's architecture, the caller's address, six arguments. */
const NUMBER = 0
const ARCHITECTURE = 4
const argumentWord = (index: number) => 16 + 8 * index

/** By Node's names: what the kernel calls them, and which column of the table is theirs. */
const ARCHITECTURES: Readonly<Record<string, { readonly audit: number; readonly column: 0 | 1 }>> = {
  x64: { audit: 0xc000_003e, column: 0 },
  arm64: { audit: 0xc000_00b7, column: 1 },
}

/** Calls of the x32 interface bear this bit: other numbers for the same calls. */
const X32 = 0x4000_0000

/** The filter of system calls for this processor, as `bwrap --seccomp` reads it; undefined where there is no table. */
export function compileFilter(processor: string): Buffer | undefined {
  const architecture = ARCHITECTURES[processor]
  return architecture && assemble(rulesFor(architecture), ALLOW)
}

function rulesFor({ audit, column }: { readonly audit: number; readonly column: 0 | 1 }): Rule[] {
  // Numbers mean nothing before it is known whose they are. Nothing that Lambda runs has another processor's.
  const others: Rule = { conditions: [{ word: ARCHITECTURE, isNoneOf: [audit] }], verdict: KILL_PROCESS }
  const x32: Rule = { conditions: [{ word: NUMBER, isAtLeast: X32 }], verdict: ERRNO | constants.errno.ENOSYS }
  const listed = refusals.map(({ calls, when = [], answer }) => {
    const numbers = calls.flatMap((name) => systemCalls[name][column] ?? [])
    return { conditions: [{ word: NUMBER, isOneOf: numbers }, ...when.map(onWord)], verdict: ERRNO | answer }
  })
  return [others, x32, ...listed]
}

const onWord = ({ argument, ...test }: ArgumentTest): Condition => ({ word: argumentWord(argument), ...test })
