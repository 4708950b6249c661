import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import type { LoggingConfig } from '@aws-sdk/client-lambda'
import { createFunction, invoke, logsClient } from '../support/clients.ts'
import { poll } from '../support/poll.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server[Symbol.asyncDispose]())

const node = (body: string) => ({
  Runtime: 'nodejs22.x' as const,
  Handler: 'index.handler',
  code: { 'index.mjs': `export const handler = async (event, context) => { ${body} }` },
})
const python = (body: string) => ({
  Runtime: 'python3.12' as const,
  Handler: 'main.handler',
  code: { 'main.py': `import logging, os, sys\ndef handler(event, context):\n    ${body.replaceAll('\n', '\n    ')}` },
})

type Code = ReturnType<typeof node> | ReturnType<typeof python>
type Line = Readonly<Record<string, unknown>>

async function messagesOf(FunctionName: string): Promise<readonly string[]> {
  const command = new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${FunctionName}` })
  const { events = [] } = await logsClient(server).send(command)
  return events.map(({ message = '' }) => message.trimEnd())
}

/** The log of one invocation of a new function, up to its last line; what is no JSON stays text. */
async function logged(
  FunctionName: string,
  { code, ...rest }: Code,
  LoggingConfig: LoggingConfig,
  end: RegExp,
  input: object = {},
): Promise<readonly (Line | string)[]> {
  await createFunction(server, { FunctionName, code: code as never, ...rest, LoggingConfig, ...input })
  await invoke(server, FunctionName, { name: 'event' })
  const lines = await poll(async () => {
    const found = await messagesOf(FunctionName)
    return found.some((line) => end.test(line)) ? found : undefined
  })
  return lines.map((line) => (line.startsWith('{') ? JSON.parse(line) : line))
}

const isLine = (line: Line | string): line is Line => typeof line !== 'string'
const typesOf = (lines: readonly (Line | string)[]) =>
  lines.filter(isLine).flatMap(({ type }) => (type === undefined ? [] : [String(type).replace('platform.', '')]))
const recordOf = (lines: readonly (Line | string)[], type: string) =>
  lines.filter(isLine).find((line) => line.type === `platform.${type}`)?.record as Line

/** Lines of the application. Where the host lacks the exact Python, a notice of which one runs comes first. */
const applicationLines = (lines: readonly (Line | string)[]) =>
  lines.filter((line) => !isLine(line) || (line.type === undefined && !String(line.message).startsWith('lambent: ')))

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const REPORT = /"platform.report"/

const systemLevels = [
  { SystemLogLevel: undefined, types: ['initStart', 'start', 'report'] },
  { SystemLogLevel: 'INFO', types: ['initStart', 'start', 'report'] },
  {
    SystemLogLevel: 'DEBUG',
    types: ['initStart', 'initRuntimeDone', 'initReport', 'start', 'runtimeDone', 'report'],
  },
] as const

for (const { SystemLogLevel, types } of systemLevels) {
  test(`at the system level ${SystemLogLevel} a success leaves ${types}`, async () => {
    const name = `system-${SystemLogLevel}`
    const lines = await logged(name, node('return 1'), { LogFormat: 'JSON', SystemLogLevel }, REPORT)
    assert.deepEqual(typesOf(lines), types)
  })
}

test('the system level WARN shows failures only', async () => {
  const body = 'if (event.name === "event") process.exit(3)'
  const lines = await logged('system-warn', node(body), { LogFormat: 'JSON', SystemLogLevel: 'WARN' }, REPORT)
  assert.deepEqual(typesOf(lines), ['runtimeDone', 'report'])
  await invoke(server, 'system-warn', { name: 'other' })
  await invoke(server, 'system-warn', { name: 'event' })
  const all = await poll(async () => {
    const found = await messagesOf('system-warn')
    return found.filter((line) => REPORT.test(line)).length === 2 ? found : undefined
  })
  assert.deepEqual(typesOf(all.map((line) => JSON.parse(line))), ['runtimeDone', 'report', 'runtimeDone', 'report'])
})

test('system records have the members of the Telemetry API', async () => {
  const lines = await logged('records', node('return 1'), { LogFormat: 'JSON', SystemLogLevel: 'DEBUG' }, REPORT)
  for (const line of lines.filter(isLine))
    assert.match(String(line.time ?? line.timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  const { runtimeVersionArn, ...initStart } = recordOf(lines, 'initStart')
  assert.match(String(runtimeVersionArn), /^arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}$/)
  const init = { initializationType: 'on-demand', phase: 'init' }
  assert.deepEqual(initStart, {
    ...init,
    runtimeVersion: 'nodejs:22.v1',
    functionName: 'records',
    functionVersion: '$LATEST',
  })
  assert.deepEqual(recordOf(lines, 'initRuntimeDone'), { ...init, status: 'success' })
  const { requestId, ...start } = recordOf(lines, 'start')
  assert.match(String(requestId), UUID)
  assert.deepEqual(start, { version: '$LATEST' })
  const done = recordOf(lines, 'runtimeDone') as { metrics: Line }
  assert.deepEqual(
    { ...done, metrics: { ...done.metrics, durationMs: typeof done.metrics.durationMs } },
    { requestId, status: 'success', metrics: { durationMs: 'number', producedBytes: 1 } },
  )
  const { metrics, ...report } = recordOf(lines, 'report') as { metrics: Record<string, number> }
  assert.deepEqual(report, { requestId, status: 'success' })
  assert.deepEqual(Object.keys(metrics), [
    'durationMs',
    'billedDurationMs',
    'memorySizeMB',
    'maxMemoryUsedMB',
    'initDurationMs',
  ])
  assert.equal(metrics.memorySizeMB, 128)
  assert.equal(metrics.billedDurationMs, Math.ceil((metrics.durationMs ?? 0) + (metrics.initDurationMs ?? 0)))
})

const failures = [
  { name: 'throws', body: 'throw new TypeError("x")', status: 'failure', errorType: 'Function.Unknown' },
  { name: 'exits', body: 'process.exit(1)', status: 'error', errorType: 'Runtime.ExitError' },
  { name: 'hangs', body: 'await new Promise((resolve) => setTimeout(resolve, 60_000))', status: 'timeout' },
]

for (const { name, body, ...outcome } of failures) {
  test(`a function that ${name} is reported as ${outcome.status}`, async () => {
    const lines = await logged(name, node(body), { LogFormat: 'JSON' }, REPORT, {
      ...(outcome.status === 'timeout' && { Timeout: 1 }),
    })
    for (const type of ['runtimeDone', 'report']) {
      const { requestId: _, metrics: __, ...rest } = recordOf(lines, type)
      assert.deepEqual(rest, outcome)
    }
  })
}

test('an Init that fails is reported as well', async () => {
  const code = { ...node(''), code: { 'index.mjs': 'throw new Error("at once")' } }
  const lines = await logged('no-init', code, { LogFormat: 'JSON' }, REPORT)
  assert.deepEqual(recordOf(lines, 'initRuntimeDone'), {
    initializationType: 'on-demand',
    phase: 'init',
    status: 'error',
    errorType: 'Runtime.Unknown',
  })
})

/** Without what differs from run to run. */
function shape({ timestamp, requestId, stackTrace, location: _, ...rest }: Line): Line {
  assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/)
  assert.match(String(requestId), UUID)
  return { ...rest, ...(stackTrace !== undefined && { stackTrace: Array.isArray(stackTrace) }) }
}

const ERROR = { errorType: 'RangeError', errorMessage: 'far', stackTrace: true }

const consoleCalls: readonly { readonly call: string; readonly line: Line }[] = [
  { call: 'console.log("plain")', line: { level: 'INFO', message: 'plain' } },
  { call: 'console.info("two\\nlines")', line: { level: 'INFO', message: 'two\nlines' } },
  { call: 'console.warn("a", 1, { b: 2 })', line: { level: 'WARN', message: 'a 1 { b: 2 }' } },
  {
    call: 'console.error({ deep: { er: [1, null] } })',
    line: { level: 'ERROR', message: { deep: { er: [1, null] } } },
  },
  { call: 'console.log()', line: { level: 'INFO', message: '' } },
  { call: 'console.log(7)', line: { level: 'INFO', message: 7 } },
  {
    call: 'console.error("it", new RangeError("far"))',
    line: { level: 'ERROR', ...ERROR },
  },
  { call: 'const ring = {}; ring.ring = ring; console.log(ring)', line: { level: 'INFO' } },
  { call: 'console.log(1n)', line: { level: 'INFO', message: '1n' } },
]

test('what Node.js logs is a JSON line with time, level, request id and message', async () => {
  const body = consoleCalls.map(({ call }) => `{ ${call} }`).join(';')
  const lines = await logged('console', node(body), { LogFormat: 'JSON' }, REPORT)
  const shown = applicationLines(lines).filter(isLine).map(shape)
  assert.equal(shown.length, consoleCalls.length)
  for (const [index, { call, line }] of consoleCalls.entries())
    assert.deepEqual(
      { ...shown[index], ...('message' in line ? {} : { message: undefined }) },
      { message: undefined, ...line },
      call,
    )
})

test('an error is the message of its line, also one that nobody caught', async () => {
  const body = 'console.error(new RangeError("far")); throw new RangeError("far")'
  const lines = await logged('errors', node(body), { LogFormat: 'JSON' }, REPORT)
  const shown = applicationLines(lines).filter(isLine)
  assert.equal(shown.length, 2)
  for (const { level, message } of shown) {
    const { stackTrace, ...rest } = message as Line
    assert.equal(level, 'ERROR')
    assert.match(String((stackTrace as string[])[0]), /^RangeError: far$/)
    assert.deepEqual(rest, { errorType: 'RangeError', errorMessage: 'far' })
  }
})

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const
const allOfNode = 'for (const level of ["trace", "debug", "info", "warn", "error", "fatal"]) console[level](level)'
const allOfPython =
  'for level in ("debug", "info", "warning", "error", "critical"): getattr(logging.getLogger("own"), level)(level)'

for (const ApplicationLogLevel of LEVELS) {
  test(`at the application level ${ApplicationLogLevel} less important lines are left out`, async () => {
    const config = { LogFormat: 'JSON', ApplicationLogLevel } as const
    const [ofNode, ofPython] = await Promise.all([
      logged(`node-${ApplicationLogLevel}`, node(allOfNode), config, REPORT),
      logged(`python-${ApplicationLogLevel}`, python(allOfPython), config, REPORT),
    ])
    const from = LEVELS.indexOf(ApplicationLogLevel)
    const levels = (lines: readonly (Line | string)[]) =>
      applicationLines(lines)
        .filter(isLine)
        .map(({ level }) => level)
    assert.deepEqual(levels(ofNode), LEVELS.slice(from))
    // Python has no level below DEBUG, and its own names for two others.
    assert.deepEqual(levels(ofPython), ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'].slice(Math.max(0, from - 1)))
  })
}

test('what Python logs is a JSON line; what it prints stays as it is', async () => {
  const body = [
    'log = logging.getLogger()',
    'log.info("plain %s", 1, extra={"order": 7, "odd": {1, }})',
    'log.info("odd", extra={"keys": {(1, 2): 3}})',
    'logging.getLogger("a.b").warning("two\\nlines")',
    'try:\n    raise KeyError("k")\nexcept KeyError: log.exception("caught")',
    'print("printed")',
  ].join('\n')
  const lines = applicationLines(await logged('python', python(body), { LogFormat: 'JSON' }, REPORT))
  assert.deepEqual(
    lines.map((line) => (isLine(line) ? shape(line) : line)),
    [
      { level: 'INFO', message: 'plain 1', logger: 'root', order: 7, odd: '{1}' },
      { level: 'INFO', message: 'odd', logger: 'root', keys: '{(1, 2): 3}' },
      { level: 'WARNING', message: 'two\nlines', logger: 'a.b' },
      {
        level: 'ERROR',
        message: 'caught',
        logger: 'root',
        stackTrace: true,
        errorType: 'KeyError',
        errorMessage: "'k'",
      },
      'printed',
    ],
  )
})

test('an exception that Python did not catch is a JSON line', async () => {
  const lines = await logged('python-error', python('raise ValueError("on purpose")'), { LogFormat: 'JSON' }, REPORT)
  const [line] = applicationLines(lines).filter(isLine)
  const { timestamp: _, stackTrace, requestId, ...rest } = line ?? {}
  assert.match(String(requestId), UUID)
  assert.match(String((stackTrace as string[])[0]), /main\.py/)
  assert.deepEqual(rest, { log_level: 'ERROR', errorType: 'ValueError', errorMessage: 'on purpose' })
})

test('the tail of an invocation is JSON too, and its environment names format and level', async () => {
  const body =
    'console.log("in the tail"); return [process.env.AWS_LAMBDA_LOG_FORMAT, process.env.AWS_LAMBDA_LOG_LEVEL]'
  await createFunction(server, {
    FunctionName: 'tail',
    ...node(body),
    LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'DEBUG' },
  })
  const { payload, LogResult = '' } = await invoke(server, 'tail', {}, { LogType: 'Tail' })
  assert.deepEqual(payload, ['JSON', 'DEBUG'])
  const lines = Buffer.from(LogResult, 'base64')
    .toString()
    .trimEnd()
    .split('\n')
    .map((line): Line => JSON.parse(line))
  assert.deepEqual(
    lines.map(({ type, message }) => type ?? message),
    ['platform.start', 'in the tail', 'platform.report'],
  )
})

test('in the text format the environment names neither', async () => {
  const body = 'return [process.env.AWS_LAMBDA_LOG_FORMAT ?? null, process.env.AWS_LAMBDA_LOG_LEVEL ?? null]'
  await createFunction(server, { FunctionName: 'text', ...node(body) })
  assert.deepEqual((await invoke(server, 'text')).payload, [null, null])
})

test('a notice is a JSON line as well', async () => {
  const lines = await logged('noticed', node('return 1'), { LogFormat: 'JSON' }, REPORT, {
    TracingConfig: { Mode: 'Active' },
  })
  const notice = lines.filter(isLine).find(({ message }) => String(message).includes('X-Ray'))
  assert.equal(notice?.level, 'WARN')
})
