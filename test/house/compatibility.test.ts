import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { lambdaActions } from '#auth'
import { iamService, lambdaService, logsService, type OperationName, stsService } from '#model'
import { handlers, notYet } from '#operations'
import { compatibilityPage, pageFile, readTests } from '../../tools/compatibility/page.ts'

test('docs/compatibility.md says what the handlers and the tests say', () => {
  assert.ok(readFileSync(pageFile, 'utf8') === compatibilityPage(), 'it is stale: run `npm run compatibility`')
})

/** Operations without a test in test/api, because there is no handler to test. This list may only become shorter. */
const untested: readonly OperationName[] = [
  'CheckpointDurableExecution',
  'CreateEventSourceMapping',
  'DeleteEventSourceMapping',
  'GetDurableExecution',
  'GetDurableExecutionHistory',
  'GetDurableExecutionState',
  'GetEventSourceMapping',
  'ListDurableExecutionsByFunction',
  'ListEventSourceMappings',
  'SendDurableExecutionCallbackFailure',
  'SendDurableExecutionCallbackHeartbeat',
  'SendDurableExecutionCallbackSuccess',
  'StopDurableExecution',
  'UpdateEventSourceMapping',
]
const LENGTH_WHEN_WRITTEN = 14

const operations = Object.keys(lambdaService.operations) as OperationName[]

test('every operation has a test in test/api and is authorized', () => {
  const testsOf = readTests()
  const isTested = (name: string) => testsOf({ name }).some((file) => file.startsWith('test/api/'))
  assert.deepEqual(
    operations.filter((name) => !isTested(name) && !untested.includes(name)),
    [],
  )
  assert.deepEqual(
    operations.filter((name) => !lambdaActions[name]?.action.startsWith('lambda:')),
    [],
  )
})

test('only operations without a handler go without a test', () => {
  assert.deepEqual(
    untested.filter((name) => handlers[name] !== notYet),
    [],
    'these have a handler now: take them off the list',
  )
  assert.ok(new Set(untested).size <= LENGTH_WHEN_WRITTEN)
})

test('every operation of the services that share the port has a test', () => {
  const testsOf = readTests()
  for (const service of [iamService, stsService, logsService])
    assert.deepEqual(
      Object.values(service.operations).filter((operation) => testsOf(operation).length === 0),
      [],
      service.name,
    )
})
