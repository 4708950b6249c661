// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written like that
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evaluate } from '#auth'
import { alice, identityPolicy } from './support.ts'

const agent = 'aws:UserAgent'

/** Whether a condition holds for a value. */
const holds = (pattern: string, value: string, operator = 'StringLike') =>
  evaluate(
    {
      principal: alice,
      action: 'lambda:GetFunction',
      resource: '*',
      context: { get: (key) => (key === agent.toLowerCase() ? value : undefined) },
    },
    {
      identity: [
        identityPolicy({
          Effect: 'Allow',
          Action: '*',
          Resource: '*',
          Condition: { [operator]: { [agent]: pattern } },
        }),
      ],
    },
  ).kind === 'allowed'

const a = (times: number) => 'a'.repeat(times)
const letters = Array.from({ length: 3_000 }, (_, at) => String.fromCharCode(0x4e00 + at)).join('')

const rows: readonly (readonly [name: string, pattern: string, value: string, isMatch: boolean])[] = [
  ['a long piece at the start', `*${a(40)}b*`, `${a(40)}bc`, true],
  ['a long piece at the end', `*${a(40)}b*`, `c${a(50)}b`, true],
  ['a long piece that lacks its last character', `*${a(40)}b*`, `c${a(500)}`, false],
  ['a long piece with any one character', `*${a(40)}?${a(40)}*`, `c${a(40)}b${a(40)}c`, true],
  ['a long piece with any one character, one too few', `*b${a(40)}?${a(40)}b*`, `b${a(80)}b`, false],
  ['a long piece of any characters', `*${'?'.repeat(40)}*`, a(40), true],
  ['a long piece of any characters, one too few', `*${'?'.repeat(40)}*`, a(39), false],
  ['long pieces that may not overlap', `*${a(40)}*${a(40)}*`, a(79), false],
  ['long pieces beside each other', `*${a(40)}*${a(40)}*`, a(80), true],
  ['a piece that would reach into the end', `*${a(40)}*ab`, `${a(40)}b`, false],
  ['a piece of 32 characters', `*${a(31)}b*`, `c${a(33)}bc`, true],
  ['a piece of 33 characters', `*${a(32)}b*`, `c${a(33)}bc`, true],
  ['a piece of 65 characters', `*${a(64)}b*`, `c${a(65)}bc`, true],
  ['a piece of thousands of letters', `*${letters}*`, `x${letters}x`, true],
  ['a piece of thousands of letters but one', `*${letters}*`, `x${letters.replace('\u4e10', 'x')}x`, false],
]

for (const [name, pattern, value, isMatch] of rows)
  test(`${name} is ${isMatch ? '' : 'not '}found`, () => assert.equal(holds(pattern, value), isMatch))

test('any pattern of two letters and wildcards matches what a regular expression would', () => {
  let seed = 1
  const below = (limit: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % limit
  }
  const text = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet[below(alphabet.length)]).join('')
  for (let round = 0; round < 2_000; round++) {
    const pattern = `*${text('aaaab?', below(70))}*${text('aab?', below(6))}*${text('ab?', below(3))}`
    const value = text('aaaaab', below(200))
    const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`)
    assert.equal(holds(pattern, value), expression.test(value), `${pattern} on ${value}`)
  }
})

// The limit is a guard: comparing everywhere takes many times as long.
test('the longest pattern on the longest header is cheap', { timeout: 60_000 }, () => {
  for (const piece of [`${a(16_000)}b`, `b${a(16_000)}`, `?${a(8_000)}b${a(8_000)}`, `${a(16_000)}?b`])
    for (let round = 0; round < 20; round++) assert.equal(holds(`*${piece}*`, a(32_000)), false)
})

test('variables with long values make no enormous pattern', { timeout: 20_000 }, () => {
  const pattern = '${aws:UserAgent}'.repeat(1_000)
  for (let round = 0; round < 100; round++) assert.equal(holds(pattern, a(16_000)), false)
})
