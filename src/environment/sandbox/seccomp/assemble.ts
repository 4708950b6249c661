import { strict as assert } from 'node:assert'
import type { ValueTest } from './refusals.ts'

/** One step of the filter: when all conditions hold, its verdict is returned, and otherwise the next rule is looked at. */
export interface Rule {
  readonly conditions: readonly Condition[]
  /** What the kernel is to do, as in `linux/seccomp.h`. */
  readonly verdict: number
}

/** `word` is a place in the description of a system call, of which a filter reads 32 bits at a time. */
export type Condition = { readonly word: number } & ValueTest

interface Instruction {
  readonly code: number
  /** How many instructions are passed over when the comparison holds, and when it does not. */
  readonly whenTrue: number
  readonly whenFalse: number
  readonly value: number
}

/** Opcodes of the classic Berkeley packet filter. */
const LOAD = 0x20
const RETURN = 0x06
const JUMP_IF = { equal: 0x15, atLeast: 0x35, anyBit: 0x45 }
/** Jumps have one byte. */
const FARTHEST = 255

/** The program as the kernel reads it: 8 bytes for each instruction, as this processor orders them. */
export function assemble(rules: readonly Rule[], otherwise: number): Buffer {
  const program = [...rules.flatMap(instructionsOf), give(otherwise)]
  return Buffer.concat(program.map(encode))
}

/** From the end to the beginning, since a condition that does not hold jumps over all that follows in its rule. */
function instructionsOf({ conditions, verdict }: Rule): Instruction[] {
  let rest = [give(verdict)]
  for (const condition of conditions.toReversed())
    rest = [load(condition.word), ...test(condition, rest.length), ...rest]
  return rest
}

/** Goes on with the next instruction behind it when the condition holds, or passes over `rest` of them. */
function test(condition: ValueTest, rest: number): Instruction[] {
  if ('hasAnyOf' in condition) return [jump(JUMP_IF.anyBit, condition.hasAnyOf, 0, rest)]
  if ('isAtLeast' in condition) return [jump(JUMP_IF.atLeast, condition.isAtLeast, 0, rest)]
  const isWanted = 'isOneOf' in condition
  const values = isWanted ? condition.isOneOf : condition.isNoneOf
  assert(values.length > 0, 'what is compared with nothing would always hold')
  return values.map((value, index) => {
    const others = values.length - 1 - index
    return isWanted
      ? jump(JUMP_IF.equal, value, others, others === 0 ? rest : 0)
      : jump(JUMP_IF.equal, value, others + rest, 0)
  })
}

const load = (word: number): Instruction => ({ code: LOAD, whenTrue: 0, whenFalse: 0, value: word })
const give = (verdict: number): Instruction => ({ code: RETURN, whenTrue: 0, whenFalse: 0, value: verdict })

function jump(code: number, value: number, whenTrue: number, whenFalse: number): Instruction {
  assert(whenTrue <= FARTHEST && whenFalse <= FARTHEST, 'a rule is short')
  return { code, whenTrue, whenFalse, value }
}

function encode({ code, whenTrue, whenFalse, value }: Instruction): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16LE(code, 0)
  bytes.writeUInt8(whenTrue, 2)
  bytes.writeUInt8(whenFalse, 3)
  bytes.writeUInt32LE(value, 4)
  return bytes
}
