import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { attacks } from './attacks.ts'

const page = join(import.meta.dirname, '../../docs/threat-model.md')

test('the threat model says of every attack what the tests say', () => {
  const rows = attacks.map(
    ({ name, bubblewrap = 'refused', process }) => `| ${name} | ${bubblewrap} | ${bubblewrap} | refused | ${process} |`,
  )
  const [, table = ''] = /<!-- attacks -->\n([\s\S]*)\n<!-- \/attacks -->/.exec(readFileSync(page, 'utf8')) ?? []
  const [, , ...written] = table.trim().split('\n')
  assert.deepEqual(written, rows)
})

test('no attack is there twice', () => {
  assert.equal(new Set(attacks.map(({ name }) => name)).size, attacks.length)
})
