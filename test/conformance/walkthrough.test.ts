import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { runScript } from '../support/python.ts'
import { startTestServer } from '../support/server.ts'

test('an unmodified boto3 lists, invokes, is allowed and refused as at AWS', async () => {
  await using server = await startTestServer()
  const { stdout } = await runScript(server, [join(import.meta.dirname, 'walkthrough.py')])
  assert.doesNotMatch(stdout, /^BROKEN/m)
  assert.ok((stdout.match(/^kept/gm) ?? []).length >= 30, stdout)
})
