import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forbiddenImports } from '../../tools/check-rooms.ts'

test('no room imports what stands above it, and none enters another but by its front door', () => {
  assert.deepEqual(forbiddenImports(), [])
})
