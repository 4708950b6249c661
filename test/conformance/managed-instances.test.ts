import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { executionRole } from '../support/clients.ts'
import { runScript } from '../support/python.ts'
import { startTestServer } from '../support/server.ts'

test('an unmodified boto3 makes a function on managed instances, scales it, and takes it away', async () => {
  await using server = await startTestServer()
  const script = join(import.meta.dirname, 'managed_instances.py')
  const { stdout } = await runScript(server, [script, await executionRole(server)])
  assert.deepEqual(JSON.parse(stdout), {
    tags: { made: 'by boto3' },
    unqualified: ['world', '$LATEST.PUBLISHED'],
    numbered: ['world', '1'],
    state: 'Deactivated',
    applied: { MinExecutionEnvironments: 0, MaxExecutionEnvironments: 0 },
    versions: ['ActiveNonInvocable', 'Deactivated', 'Active'],
    'in use': 'ResourceConflictException',
    deleted: 'Deleting',
    left: [],
  })
})
