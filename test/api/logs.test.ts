import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import { openAwsCli } from '../support/aws-cli.ts'
import { createFunction, invoke, lambdaClient, logsClient, untilUpdated } from '../support/clients.ts'
import { poll } from '../support/poll.ts'
import { notFound, refusalOf } from '../support/refusal.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
  const python = { Runtime: 'python3.12', Handler: 'lambda_function.lambda_handler' } as const
  await Promise.all([
    createFunction(server, { FunctionName: 'log-node', code: 'log-node' }),
    createFunction(server, { FunctionName: 'log-python', code: 'log-python', ...python }),
  ])
})
after(() => server[Symbol.asyncDispose]())

const groupOf = (name: string) => `/aws/lambda/${name}`

async function streamsOf(name: string, on = server): Promise<string[]> {
  const { logStreams = [] } = await logsClient(on).send(new DescribeLogStreamsCommand({ logGroupName: groupOf(name) }))
  return logStreams.map(({ logStreamName = '' }) => logStreamName)
}

async function filter(name: string, input: Partial<FilterLogEventsCommandInput> = {}, on = server): Promise<string[]> {
  const command = new FilterLogEventsCommand({ logGroupName: groupOf(name), ...input })
  const { events = [] } = await logsClient(on).send(command)
  return events.map(({ message = '' }) => message.trimEnd())
}

async function read(name: string, logStreamName: string, on = server): Promise<string[]> {
  const command = new GetLogEventsCommand({ logGroupName: groupOf(name), logStreamName, startFromHead: true })
  const { events = [] } = await logsClient(on).send(command)
  return events.map(({ message = '' }) => message.trimEnd())
}

/** The line without what differs from run to run. */
const shape = (line: string) =>
  line
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replace(/^INIT_START .*$/, 'INIT_START …')
    .replace(/^REPORT (.*?)\t.*$/, 'REPORT $1 …')
    .replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/, '<time>')

const invocation = (...lines: string[]) => [
  'START RequestId: <id> Version: $LATEST',
  ...lines,
  'END RequestId: <id>',
  'REPORT RequestId: <id> …',
]

test('two invocations in one environment write one stream, each from START to REPORT', async () => {
  await createFunction(server, {
    FunctionName: 'ordered',
    code: 'log-python',
    Runtime: 'python3.12',
    Handler: 'lambda_function.lambda_handler',
  })
  await invoke(server, 'ordered', { lines: ['one', 'two'] })
  await invoke(server, 'ordered', { lines: ['three'] })
  const streams = await streamsOf('ordered')
  assert.equal(streams.length, 1)
  assert.match(streams[0] ?? '', /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/)
  // The last lines follow the answer a moment later.
  const lines = await poll(async () => {
    const found = await read('ordered', streams[0] ?? '')
    return found.filter((line) => line.startsWith('REPORT')).length === 2 ? found : undefined
  })
  // Where the host lacks the exact Python, the stream begins with a notice of which one runs.
  const written = lines.filter((line) => !line.startsWith('lambent: '))
  assert.deepEqual(written.map(shape), ['INIT_START …', ...invocation('one', 'two'), ...invocation('three')])
})

test('the request id of the answer is the one in the log', async () => {
  const { $metadata } = await invoke(server, 'log-python', { lines: ['with an id'] })
  const id = $metadata.requestId
  const lines = await poll(async () => {
    const found = await filter('log-python', { filterPattern: `"${id}"` })
    return found.length >= 3 ? found : undefined
  })
  assert.deepEqual(
    lines.map((line) => line.split(/[ \t]/).slice(0, 3).join(' ')),
    [`START RequestId: ${id}`, `END RequestId: ${id}`, `REPORT RequestId: ${id}`],
  )
})

test('console lines of Node.js carry time, request id and level', async () => {
  await invoke(server, 'log-node', { lines: ['plain'] })
  await invoke(server, 'log-node', { lines: ['bad'], level: 'error' })
  const lines = await filter('log-node')
  assert.ok(lines.map(shape).includes('<time>\t<id>\tINFO\tplain'))
  assert.ok(lines.map(shape).includes('<time>\t<id>\tERROR\tbad'))
})

test('a line may hold any text', async () => {
  const odd = ['', ' blanks ', 'grüezi € 𝄞', '"quoted" \\ back', '\u0001\t\u001b[31m', 'x'.repeat(5000), '{"a":[1]}']
  await invoke(server, 'log-python', { lines: odd.map((line) => `odd:${line}:end`) })
  const command = new FilterLogEventsCommand({ logGroupName: groupOf('log-python'), filterPattern: '"odd:"' })
  const { events = [] } = await logsClient(server).send(command)
  assert.deepEqual(
    events.map(({ message }) => message?.replace(/\n$/, '')),
    odd.map((line) => `odd:${line}:end`),
  )
})

test('a new deployment of a function begins a new stream', async () => {
  await createFunction(server, { FunctionName: 'redeployed', code: 'log-node' })
  await invoke(server, 'redeployed', { lines: ['first'] })
  await lambdaClient(server).send(new UpdateFunctionConfigurationCommand({ FunctionName: 'redeployed', Timeout: 9 }))
  await untilUpdated(server, 'redeployed')
  await invoke(server, 'redeployed', { lines: ['second'] })
  const streams = await streamsOf('redeployed')
  assert.equal(streams.length, 2)
  const texts = await Promise.all(streams.map((stream) => read('redeployed', stream)))
  for (const word of ['first', 'second'])
    assert.equal(texts.filter((lines) => lines.some((line) => line.endsWith(word))).length, 1)
})

test('a function writes into the group that its configuration names', async () => {
  const logGroupName = '/my/own/group'
  await createFunction(server, {
    FunctionName: 'elsewhere',
    code: 'log-node',
    LoggingConfig: { LogGroup: logGroupName },
  })
  await invoke(server, 'elsewhere', { lines: ['here I am'] })
  const { events = [] } = await logsClient(server).send(
    new FilterLogEventsCommand({ logGroupName, filterPattern: '"here I am"' }),
  )
  assert.equal(events.length, 1)
  assert.match(events[0]?.logStreamName ?? '', /^\d{4}\/\d\d\/\d\d\/elsewhere\[\$LATEST\][0-9a-f]{32}$/)
  await assert.rejects(filter('elsewhere'), /The specified log group does not exist/)
})

const patterns = [
  { pattern: 'apple', finds: ['apple pie', 'apple juice'] },
  { pattern: 'apple pie', finds: ['apple pie'] },
  { pattern: '"pie, cherry"', finds: ['pie, cherry'] },
  { pattern: '?juice ?cherry', finds: ['pie, cherry', 'apple juice'] },
  { pattern: 'apple -juice', finds: ['apple pie'] },
  { pattern: 'APPLE', finds: [] },
  { pattern: '{ $.fruit = "apple" }', finds: ['{"fruit":"apple","count":3}'] },
  { pattern: '{ $.count > 3 }', finds: ['{"fruit":"pear","count":4}'] },
]

test('a pattern finds the lines that it describes', async (t) => {
  await createFunction(server, {
    FunctionName: 'fruits',
    code: 'log-python',
    Runtime: 'python3.12',
    Handler: 'lambda_function.lambda_handler',
  })
  const lines = ['apple pie', 'pie, cherry', 'apple juice', '{"fruit":"apple","count":3}', '{"fruit":"pear","count":4}']
  await invoke(server, 'fruits', { lines })
  for (const { pattern, finds } of patterns) {
    await t.test(pattern, async () => {
      const found = await filter('fruits', { filterPattern: pattern })
      const text = pattern.startsWith('{') ? found : found.filter((line) => !line.startsWith('{'))
      assert.deepEqual(text, finds)
    })
  }
})

test('a time window and a limit cut the events, and a token leads on', async () => {
  await createFunction(server, {
    FunctionName: 'paged',
    code: 'log-python',
    Runtime: 'python3.12',
    Handler: 'lambda_function.lambda_handler',
  })
  const lines = Array.from({ length: 250 }, (_, index) => `line ${index}`)
  await invoke(server, 'paged', { lines })
  const input = { logGroupName: groupOf('paged'), filterPattern: 'line', limit: 100 }
  const found: string[] = []
  let nextToken: string | undefined
  do {
    const page = await logsClient(server).send(new FilterLogEventsCommand({ ...input, nextToken }))
    assert.ok((page.events ?? []).length <= 100)
    found.push(...(page.events ?? []).map(({ message = '' }) => message.trimEnd()))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  assert.deepEqual(found, lines)
  const hour = 3_600_000
  assert.deepEqual(await filter('paged', { startTime: Date.now() + hour }), [])
  assert.deepEqual(await filter('paged', { endTime: Date.now() - hour }), [])
  assert.equal((await filter('paged', { startTime: Date.now() - hour, filterPattern: 'line' })).length, 250)
})

test('what a failing function leaves is logged before its END', async () => {
  await createFunction(server, {
    FunctionName: 'failing',
    code: 'throw-python',
    Runtime: 'python3.12',
    Handler: 'lambda_function.lambda_handler',
  })
  await invoke(server, 'failing', { message: 'on purpose' })
  const lines = await poll(async () => {
    const found = await filter('failing')
    return found.some((line) => line.startsWith('REPORT')) ? found : undefined
  })
  const at = (beginning: string) => lines.findIndex((line) => line.startsWith(beginning))
  assert.match(lines[at('[ERROR]')] ?? '', /^\[ERROR\] ValueError: on purpose/)
  assert.ok(at('START') < at('[ERROR]') && at('[ERROR]') < at('END') && at('END') < at('REPORT'))
})

test('a group appears with its first line, and is described with an ARN', async () => {
  await createFunction(server, { FunctionName: 'silent', code: 'echo-node' })
  const groups = async () => {
    const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: groupOf('silent') })
    return (await logsClient(server).send(command)).logGroups ?? []
  }
  assert.deepEqual(await groups(), [])
  assert.deepEqual(await refusalOf(filter('silent')), {
    ...notFound('The specified log group does not exist.'),
    status: 400,
  })
  await invoke(server, 'silent')
  const [group] = await groups()
  assert.equal(group?.arn, `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/lambda/silent:*`)
})

for (const end of ['stop', 'kill'] as const) {
  test(`logs are there after ${end === 'stop' ? 'SIGTERM' : 'SIGKILL'} and a new start, and go on in a new stream`, async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'lambent-logs-'))
    try {
      await using first = await startTestServer({ dataDirectory })
      await createFunction(first, {
        FunctionName: 'kept',
        code: 'log-python',
        Runtime: 'python3.12',
        Handler: 'lambda_function.lambda_handler',
      })
      await invoke(first, 'kept', { lines: ['before'] })
      // What was read is on disk.
      await poll(async () => (await filter('kept', {}, first)).some((line) => line.startsWith('REPORT')) || undefined)
      const before = await filter('kept', {}, first)
      await first[end]()
      await using second = await startTestServer({ dataDirectory })
      assert.deepEqual((await filter('kept', {}, second)).slice(0, before.length), before)
      await invoke(second, 'kept', { lines: ['after'] })
      assert.equal((await streamsOf('kept', second)).length, 2)
      assert.deepEqual(await filter('kept', { filterPattern: '?before ?after' }, second), ['before', 'after'])
    } finally {
      rmSync(dataDirectory, { recursive: true, force: true })
    }
  })
}

test('aws logs tail, or reading again and again, shows a line that comes later', async () => {
  const aws = await openAwsCli(server)
  await invoke(server, 'log-python', { lines: ['a line for the tail'] })
  const found =
    aws.major >= 2
      ? (await aws.attempt('logs', 'tail', groupOf('log-python'), '--since', '1h')).stdout
      : (await filter('log-python')).join('\n')
  assert.match(found, /a line for the tail/)
})
