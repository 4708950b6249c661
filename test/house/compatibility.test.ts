import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { compatibilityPage, pageFile } from '../../tools/compatibility/page.ts'

test('docs/compatibility.md says what the handlers and the tests say', () => {
  assert.ok(readFileSync(pageFile, 'utf8') === compatibilityPage(), 'it is stale: run `npm run compatibility`')
})

test('every operation that works has a test', () => {
  const untested = compatibilityPage()
    .split('\n')
    .filter((line) => /^\| \w+ \| works \| +\|$/.test(line))
  assert.deepEqual(untested, [])
})
