import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { NODE, openTestHost, PYTHON, TIMEOUT_SECONDS, type Wanted } from './support.ts'

const { start } = await openTestHost()

interface Case {
  readonly name: string
  readonly handler?: string
  readonly files: Readonly<Record<string, string>>
  readonly event?: unknown
  readonly expected: unknown
}

const returnsWhere = (where: string) => `exports.handler = async () => '${where}'`

const nodeHandlers: Case[] = [
  {
    name: 'an async function',
    files: { 'index.js': 'exports.handler = async (event) => event' },
    event: { a: [1, 'ü'] },
    expected: { a: [1, 'ü'] },
  },
  {
    name: 'a promise',
    files: { 'index.js': 'exports.handler = (event) => Promise.resolve(event.a)' },
    event: { a: 1 },
    expected: 1,
  },
  {
    name: 'a callback',
    files: { 'index.js': 'exports.handler = (event, context, callback) => { setTimeout(callback, 5, null, event) }' },
    event: [1],
    expected: [1],
  },
  {
    name: 'a callback that does not wait for the event loop',
    files: {
      'index.js':
        'exports.handler = (event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 1000); callback(null, 7) }',
    },
    expected: 7,
  },
  {
    name: 'a callback whose response waits for the event loop',
    files: {
      'index.js':
        'let late = 0; exports.handler = (event, context, callback) => { const answer = { get late() { return late } }; setTimeout(() => { late = 1 }, 20); callback(null, answer) }',
    },
    expected: { late: 1 },
  },
  {
    name: 'context.succeed',
    files: { 'index.js': 'exports.handler = (event, context) => { context.succeed(event) }' },
    event: 'x',
    expected: 'x',
  },
  {
    name: 'context.done',
    files: { 'index.js': 'exports.handler = (event, context) => { context.done(null, 2) }' },
    expected: 2,
  },
  {
    name: 'a synchronous function, whose result is ignored',
    files: { 'index.js': 'exports.handler = () => 5' },
    expected: null,
  },
  {
    name: 'a promise that is never settled',
    files: { 'index.js': 'exports.handler = () => new Promise(() => {})' },
    expected: null,
  },
  { name: 'no result', files: { 'index.js': 'exports.handler = async () => {}' }, expected: null },
  {
    name: 'an ES module',
    files: { 'index.mjs': 'export const handler = async () => import.meta.url.slice(-9)' },
    expected: 'index.mjs',
  },
  {
    name: 'an ES module by its package.json',
    files: { 'index.js': 'export const handler = async () => 1', 'package.json': '{"type":"module"}' },
    expected: 1,
  },
  {
    name: 'top-level await',
    files: {
      'index.mjs':
        'const value = await new Promise((resolve) => setTimeout(resolve, 5, 3)); export const handler = async () => value',
    },
    expected: 3,
  },
  { name: 'a .cjs file', files: { 'index.cjs': returnsWhere('cjs') }, expected: 'cjs' },
  { name: 'a file without extension', files: { index: returnsWhere('plain') }, expected: 'plain' },
  {
    name: 'a nested path',
    handler: 'src/deep/app.handler',
    files: { 'src/deep/app.js': returnsWhere('nested') },
    expected: 'nested',
  },
  {
    name: 'a nested export',
    handler: 'index.api.v1.get',
    files: { 'index.js': 'exports.api = { v1: { get: async () => 9 } }' },
    expected: 9,
  },
  {
    name: 'a dependency of the package',
    files: {
      'index.js': "exports.handler = async () => require('dep')",
      'node_modules/dep/index.js': 'module.exports = 4',
    },
    expected: 4,
  },
  {
    name: 'an event that is large',
    files: { 'index.js': 'exports.handler = async (event) => event.length' },
    event: 'é'.repeat(2_000_000),
    expected: 2_000_000,
  },
]

const pythonHandlers: Case[] = [
  {
    name: 'a function',
    files: { 'main.py': 'def handler(event, context): return event' },
    event: { a: [1, 'ü'] },
    expected: { a: [1, 'ü'] },
  },
  { name: 'no result', files: { 'main.py': 'def handler(event, context): pass' }, expected: null },
  {
    name: 'a path with slashes',
    handler: 'pkg/deep/app.handler',
    files: { 'pkg/deep/app.py': 'def handler(e, c): return 1' },
    expected: 1,
  },
  {
    name: 'a path with dots',
    handler: 'pkg.deep.app.handler',
    files: { 'pkg/deep/app.py': 'def handler(e, c): return __name__' },
    expected: 'pkg.deep.app',
  },
  {
    name: 'a sibling module',
    files: { 'main.py': 'import other\ndef handler(e, c): return other.x', 'other.py': 'x = 5' },
    expected: 5,
  },
  {
    name: 'decimals',
    files: { 'main.py': 'from decimal import Decimal\ndef handler(e, c): return [Decimal("1.5"), Decimal(3)]' },
    expected: [1.5, 3],
  },
  {
    name: 'an event that is large',
    files: { 'main.py': 'def handler(e, c): return len(e)' },
    event: 'é'.repeat(2_000_000),
    expected: 2_000_000,
  },
]

for (const [runtime, cases] of [
  [NODE, nodeHandlers],
  [PYTHON, pythonHandlers],
] as const) {
  for (const { name, files, handler, event, expected } of cases) {
    test(`a ${runtime} handler may be or use ${name}`, async () => {
      const wanted: Wanted = { runtime, files, ...(handler === undefined ? {} : { handler }) }
      const environment = await start(wanted)
      assert.deepEqual(await environment.call(event), expected)
      // The environment is as good as before.
      assert.deepEqual(await environment.call(event), expected)
    })
  }
}

test('the Node.js context is complete', async () => {
  const environment = await start({
    memoryMb: 512,
    files: {
      'index.js': `exports.handler = async (event, context) => ({ ...context, remaining: context.getRemainingTimeInMillis(),
        hasIdentity: 'identity' in context, trace: process.env._X_AMZN_TRACE_ID })`,
    },
  })
  const requestId = '11111111-2222-4333-8444-555555555555'
  const result = await environment.invoke({}, { requestId, clientContext: '{"custom":{"name":"Jürgen"}}' })
  const { remaining, ...context } = JSON.parse(String(result.payload))
  assert.ok(remaining > 10_000 && remaining <= 1000 * TIMEOUT_SECONDS)
  assert.deepEqual(context, {
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'test',
    functionVersion: '$LATEST',
    memoryLimitInMB: '512',
    logGroupName: '/aws/lambda/test',
    logStreamName: '2026/01/01/[$LATEST]0123456789abcdef',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:test',
    awsRequestId: requestId,
    clientContext: { custom: { name: 'Jürgen' } },
    hasIdentity: true,
    trace: 'Root=1-00000000-000000000000000000000000;Sampled=0',
  })
})

test('the Python context is complete', async () => {
  const environment = await start({
    runtime: PYTHON,
    files: {
      'main.py': `import os
def handler(event, c):
    return [c.function_name, c.function_version, c.invoked_function_arn, c.memory_limit_in_mb, c.aws_request_id, c.log_group_name,
        c.log_stream_name, c.identity.cognito_identity_id, c.client_context.custom, c.tenant_id,
        10000 < c.get_remaining_time_in_millis() <= ${1000 * TIMEOUT_SECONDS}, os.environ["_X_AMZN_TRACE_ID"]]`,
    },
  })
  const requestId = '11111111-2222-4333-8444-555555555555'
  const result = await environment.invoke({}, { requestId, clientContext: '{"custom":{"name":"Jürgen"}}' })
  assert.deepEqual(JSON.parse(String(result.payload)), [
    ...['test', '$LATEST', 'arn:aws:lambda:us-east-1:000000000000:function:test', '256', requestId, '/aws/lambda/test'],
    ...['2026/01/01/[$LATEST]0123456789abcdef', null, { name: 'Jürgen' }, null, true],
    'Root=1-00000000-000000000000000000000000;Sampled=0',
  ])
})

test('variables are those of Lambda, and the user can add to them and replace the extendable ones', async () => {
  const variables = { MY_SETTING: `it's "quoted" $HOME \`x\`\nsecond line`, TZ: 'Europe/Berlin', EMPTY: '' }
  const environment = await start({
    files: { 'index.js': 'exports.handler = async () => process.env' },
    variables,
  })
  const seen = await environment.call()
  const expected = {
    ...variables,
    AWS_LAMBDA_FUNCTION_NAME: 'test',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/test',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_EXECUTION_ENV: `AWS_Lambda_${NODE}`,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKID',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    _HANDLER: 'index.handler',
    LAMBDA_TASK_ROOT: '/var/task',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LANG: 'en_US.UTF-8',
    PWD: '/var/task',
  }
  for (const [name, value] of Object.entries(expected)) assert.equal(seen[name], value, name)
  assert.equal(seen.HOME, undefined)
})

test('a user variable for the loader does not reach a program that still has rights', async () => {
  const environment = await start({
    variables: { LD_PRELOAD: '/var/task/evil.so' },
    runtime: PYTHON,
    fixture: 'read-host',
  })
  const { user, capabilities } = await environment.call()
  assert.deepEqual(new Set(capabilities), new Set(['0000000000000000']))
  assert.notEqual(user[0], 0)
  // One warning of each program that starts after the rights were given up: that is the interpreter alone.
  assert.equal(environment.lines.filter((line) => line.includes('evil.so')).length, 1, environment.lines.join('\n'))
})

test('a wrapper script is started with the command line of the runtime', async () => {
  for (const [runtime, program] of [
    [NODE, 'node'],
    [PYTHON, PYTHON],
    ['ruby3.4', 'ruby'],
  ] as const) {
    const environment = await start({
      runtime,
      ...(runtime.startsWith('ruby') && { handler: 'main.handler' }),
      variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrapper' },
      files: {
        'index.js': 'exports.handler = async () => process.env.WRAPPED',
        'main.py': 'import os\ndef handler(e, c): return os.environ["WRAPPED"]\n',
        'main.rb': 'def handler(event:, context:) = ENV["WRAPPED"]',
      },
      layer: { wrapper: '#!/bin/sh\nexport WRAPPED="$1"\nexec "$@"\n' },
    })
    assert.equal(await environment.call(), `/var/lang/bin/${program}`)
  }
})

test('a wrapper script that is not executable ends the runtime', async () => {
  const environment = await start({
    variables: { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrapper' },
    files: { 'index.js': '', wrapper: 'exec "$@"\n' },
  })
  assert.equal((await environment.fail()).errorType, 'Runtime.ExitError')
})

test('a wrapper script that is missing ends the runtime with status 127', async () => {
  const environment = await start({ variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/missing' } })
  assert.match(
    (await environment.fail()).errorMessage,
    /^RequestId: \S+ Error: Runtime exited with error: exit status 127$/,
  )
})
