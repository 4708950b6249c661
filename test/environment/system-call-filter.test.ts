import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { test } from 'node:test'
import { compileFilter } from '../../src/environment/sandbox/seccomp/filter.ts'
import { systemCalls } from '../../src/environment/sandbox/seccomp/system-calls.ts'

type Name = keyof typeof systemCalls

const PROCESSORS = [
  { name: 'x64', audit: 0xc000_003e, column: 0, headers: ['/usr/include/x86_64-linux-gnu/asm/unistd_64.h'] },
  { name: 'arm64', audit: 0xc000_00b7, column: 1, headers: ['/usr/include/asm-generic/unistd.h'] },
] as const

const { EPERM, ENOSYS, EAFNOSUPPORT, EPROTONOSUPPORT } = constants.errno
const ALLOWED = 'allowed'
const KILLED = 'killed'

interface Case {
  readonly call: Name
  readonly arguments?: readonly number[]
  readonly answer: number | typeof ALLOWED
}

const FORK = 17
const NEW_USER = 0x1000_0000

const cases: readonly Case[] = [
  ...(['mount', 'umount2', 'setns', 'unshare', 'bpf', 'keyctl', 'reboot', 'open_by_handle_at'] as const).map(
    (call) => ({ call, answer: EPERM }) as const,
  ),
  ...(['clone3', 'io_uring_setup', 'io_uring_enter', 'io_uring_register'] as const).map(
    (call) => ({ call, answer: ENOSYS }) as const,
  ),
  { call: 'clone', arguments: [FORK], answer: ALLOWED },
  // As threads are made.
  { call: 'clone', arguments: [0x3d_0f00], answer: ALLOWED },
  ...[0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, NEW_USER, 0x2000_0000, 0x4000_0000].map(
    (flag) => ({ call: 'clone', arguments: [flag | FORK], answer: EPERM }) as const,
  ),
  { call: 'personality', arguments: [0], answer: ALLOWED },
  { call: 'personality', arguments: [0xffff_ffff], answer: ALLOWED },
  { call: 'personality', arguments: [0x4_0000], answer: EPERM },
  { call: 'ioctl', arguments: [0, 0x5401], answer: ALLOWED },
  { call: 'ioctl', arguments: [0, 0x5412], answer: EPERM },
  { call: 'ioctl', arguments: [0, 0x541c], answer: EPERM },
  ...[1, 2, 10].flatMap((family) => [
    { call: 'socket', arguments: [family, 1, 0], answer: ALLOWED } as const,
    { call: 'socket', arguments: [family, 1, 6], answer: ALLOWED } as const,
  ]),
  { call: 'socket', arguments: [16, 3, 0], answer: ALLOWED },
  { call: 'socket', arguments: [16, 3, 9], answer: EPROTONOSUPPORT },
  ...[17, 38, 40, 30, 44].map(
    (family) => ({ call: 'socket', arguments: [family, 3, 0], answer: EAFNOSUPPORT }) as const,
  ),
  { call: 'socketpair', arguments: [1, 1, 0], answer: ALLOWED },
  { call: 'socketpair', arguments: [30, 1, 0], answer: EAFNOSUPPORT },
]

for (const { name, audit, column, headers } of PROCESSORS) {
  const program = compileFilter(name) ?? Buffer.alloc(0)

  for (const { call, arguments: given = [], answer } of cases)
    test(`${name}: ${call}(${given.map((value) => `0x${value.toString(16)}`).join(', ')}) is ${answer}`, () => {
      assert.equal(verdict(program, audit, systemCalls[call][column] ?? -1, given), answer)
    })

  test(`${name}: nothing else is refused`, () => {
    const refused = new Set(Object.values(systemCalls).map((numbers) => numbers[column]))
    for (let number = 0; number < 600; number++)
      if (!refused.has(number as never)) assert.equal(verdict(program, audit, number, []), ALLOWED, String(number))
  })

  test(`${name}: the numbers are the kernel's`, (context) => {
    const known = numbersIn(headers)
    if (known.size === 0) return context.skip('the headers of the kernel are not installed')
    // Older headers do not know the youngest.
    for (const [call, numbers] of Object.entries(systemCalls))
      if (known.has(call)) assert.equal(numbers[column], known.get(call), call)
  })

  test(`${name}: a process that speaks as another processor is killed`, () => {
    for (const other of [0x4000_0003, 0xc000_003e, 0xc000_00b7, 0x4000_0028].filter((one) => one !== audit))
      assert.equal(verdict(program, other, 39, []), KILLED)
  })
}

test('x32 is a kernel that has no calls', () => {
  const program = compileFilter('x64') ?? Buffer.alloc(0)
  for (const number of [0x4000_0000, 0x4000_0027, 0x7fff_ffff])
    assert.equal(verdict(program, 0xc000_003e, number, []), ENOSYS)
})

test('for other processors there is none', () => {
  assert.equal(compileFilter('riscv64'), undefined)
})

/** Runs the program as the kernel would. */
function verdict(program: Buffer, audit: number, number: number, given: readonly number[]): number | string {
  const words = new Map([[0, number], [4, audit], ...given.map((value, index) => [16 + 8 * index, value] as const)])
  let accumulator = 0
  for (let at = 0; at < program.length; at += 8) {
    const [code, whenTrue, whenFalse, value] = [
      program.readUInt16LE(at),
      program.readUInt8(at + 2),
      program.readUInt8(at + 3),
      program.readUInt32LE(at + 4),
    ]
    const jump = (holds: boolean) => 8 * (holds ? whenTrue : whenFalse)
    if (code === 0x20) accumulator = words.get(value) ?? 0
    else if (code === 0x15) at += jump(accumulator === value)
    else if (code === 0x35) at += jump(accumulator >= value)
    else if (code === 0x45) at += jump((accumulator & value) !== 0)
    else if (code === 0x06) return meaning(value)
    else assert.fail(`an instruction ${code} at ${at}`)
  }
  return assert.fail('it ends without a verdict')
}

function meaning(verdict: number): number | string {
  if (verdict === 0x7fff_0000) return ALLOWED
  if (verdict === 0x8000_0000) return KILLED
  assert.equal(verdict >>> 16, 5)
  return verdict & 0xffff
}

function numbersIn(headers: readonly string[]): ReadonlyMap<string, number> {
  const text = headers.map((file) => {
    try {
      return readFileSync(file, 'utf8')
    } catch {
      return ''
    }
  })
  const lines = text.join('\n').matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)/gm)
  return new Map([...lines].map(([, name = '', number]) => [name, Number(number)]))
}
