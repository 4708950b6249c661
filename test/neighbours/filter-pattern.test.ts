import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertFails, openNeighbourhood } from './support.ts'

const lines = [
  '[ERROR 400] BAD REQUEST',
  '[ERROR 419] MISSING ARGUMENTS',
  '[INFO 200] OK, REQUEST done',
  'java.lang.NullPointerException: say "no"',
  'not {json}',
]
const [bad, missing, info, java, brace] = lines

const objects = [
  { level: 'ERROR', code: 500, user: { name: 'Ann', roles: ['admin', 'dev'] }, ok: false },
  { level: 'INFO', code: 200, user: null, ok: true, 'dotted.name': 'x' },
  { level: 'WARN', ip: '10.0.3.4', code: 12.5, text: 'a "b"' },
].map((object) => JSON.stringify(object))
const [error, ok, warn] = objects

const patterns: readonly (readonly [pattern: string, expected: readonly (string | undefined)[]])[] = [
  ['', [...lines, ...objects]],
  ['   ', [...lines, ...objects]],
  ['""', [...lines, ...objects]],
  ['REQUEST', [bad, info]],
  ['ERROR REQUEST', [bad]],
  ['error', []],
  ['Exception', [java]],
  ['"BAD REQUEST"', [bad]],
  ['"REQUEST BAD"', []],
  ['"say \\"no\\""', [java]],
  ['ERROR -ARGUMENTS', [bad, error]],
  ['-"level" -ERROR', [info, java, brace]],
  ['?MISSING ?OK', [missing, info]],
  ['?"BAD REQUEST" ?"{json}"', [bad, brace]],
  ['?MISSING REQUEST', [bad, info]],
  ['{ $.level = "ERROR" }', [error]],
  ['{$.level=ERROR}', [error]],
  ['{ $.level = "*R*" }', [error, warn]],
  ['{ $.level != "ERROR" }', [ok, warn]],
  ['{ $.ip = 10.0.*.4 }', [warn]],
  ['{ $.ip = 10.*.5 }', []],
  ['{ $.ip != 10.* }', []],
  ['{ $.code > 12.4 && $.code < 2e2 }', [warn]],
  ['{ $.code >= 200 && $.code <= 200 }', [ok]],
  ['{ $.code = 500 || $.code = 200 && $.level = ERROR }', [error]],
  ['{ ($.code = 500 || $.code = 200) && $.level = INFO }', [ok]],
  ['{ $.code != 500 }', [ok, warn]],
  ['{ $.code = "500" }', []],
  ['{ $.ok IS TRUE }', [ok]],
  ['{ $.ok is false }', [error]],
  ['{ $.user IS NULL }', [ok]],
  ['{ $.ok NOT EXISTS }', [warn]],
  ['{ $.user.name = "A*n" }', [error]],
  ['{ $.user.roles[1] = "dev" }', [error]],
  ['{ $.user.roles[2] NOT EXISTS }', objects],
  ["{ $['dotted.name'] = x }", [ok]],
  ['{ $.text = "a \\"b\\"" }', [warn]],
]

test('filter patterns choose events as CloudWatch does', async (t) => {
  const { store, logs } = await openNeighbourhood(t)
  const stream = store.logs.openStream('group', 'stream')
  for (const [index, message] of [...lines, ...objects].entries()) stream.append(1000 + index, message)
  await stream.close()
  for (const [filterPattern, expected] of patterns) {
    const { events = [] } = await logs('FilterLogEvents', { logGroupName: 'group', filterPattern })
    assert.deepEqual(
      events.map(({ message }) => message),
      expected,
      filterPattern,
    )
  }
})

const INVALID = 'Invalid filter pattern'
const refused = [
  ['foo-bar', "Invalid character(s) in term 'foo-bar'"],
  ['ERROR - x', "Invalid character(s) in term '-'"],
  ['"open', INVALID],
  ['a"b"', INVALID],
  ['[a, b]', `${INVALID}: space-delimited patterns are not supported by lambent yet.`],
  ['%ERR.*%', `${INVALID}: regular expressions are not supported by lambent yet.`],
  ['{', INVALID],
  ['{}', INVALID],
  ['{ $.a }', INVALID],
  ['{ $.a = }', INVALID],
  ['{ $.a = 1', INVALID],
  ['{ $.a = 1 } x', INVALID],
  ['{ ($.a = 1 }', INVALID],
  ['{ $.a > "x" }', INVALID],
  ['{ $.a IS MAYBE }', INVALID],
  ['{ $.a == 1 }', INVALID],
  ['{ a = 1 }', INVALID],
  ['{ $.a = 1 & $.b = 2 }', INVALID],
] as const

test('what is no filter pattern, or none that is understood, is refused', async (t) => {
  const { logs } = await openNeighbourhood(t)
  for (const [filterPattern, message] of refused) {
    const call = logs('FilterLogEvents', { logGroupName: 'group', filterPattern })
    await assertFails(call, 'InvalidParameterException', 400, message)
  }
})
