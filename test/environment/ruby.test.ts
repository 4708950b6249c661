import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { openTestHost, TIMEOUT_SECONDS, type Wanted } from './support.ts'

const { start } = await openTestHost()

const ruby = (code: string, more: Partial<Wanted> = {}): Wanted => ({
  runtime: 'ruby3.4',
  handler: 'main.handler',
  files: { 'main.rb': code },
  ...more,
})

const handlers: { name: string; wanted: Wanted; event?: unknown; expected: unknown }[] = [
  {
    name: 'a method',
    wanted: ruby('def handler(event:, context:) = event'),
    event: { a: ['ü', 1.5, null] },
    expected: { a: ['ü', 1.5, null] },
  },
  {
    name: 'a method of a class',
    wanted: ruby('class Shop; def self.sell(event:, context:) = "sold #{event["what"]}"; end', {
      handler: 'main.Shop.sell',
    }),
    event: { what: 'tea' },
    expected: 'sold tea',
  },
  {
    name: 'a file in a directory',
    wanted: ruby('', {
      handler: 'lib/app.handler',
      files: { 'lib/app.rb': 'def handler(event:, context:) = __FILE__' },
    }),
    expected: '/var/task/lib/app.rb',
  },
  {
    name: 'a library out of a layer',
    wanted: ruby('require "said"\ndef handler(event:, context:) = WORDS', {
      layer: { 'ruby/lib/said.rb': 'WORDS = "layer"' },
    }),
    expected: 'layer',
  },
  { name: 'no result', wanted: ruby('def handler(event:, context:); end'), expected: null },
  {
    name: 'what the context tells',
    wanted: ruby(`def handler(event:, context:)
  [context.function_name, context.function_version, context.memory_limit_in_mb, context.log_stream_name,
   context.invoked_function_arn, context.get_remaining_time_in_millis.between?(10_000, ${1000 * TIMEOUT_SECONDS}),
   context.client_context, ENV['_X_AMZN_TRACE_ID']]
end`),
    expected: [
      'test',
      '$LATEST',
      '256',
      '2026/01/01/[$LATEST]0123456789abcdef',
      'arn:aws:lambda:us-east-1:000000000000:function:test',
      true,
      null,
      'Root=1-00000000-000000000000000000000000;Sampled=0',
    ],
  },
]

for (const { name, wanted, event, expected } of handlers)
  test(`Ruby: ${name}`, async () => {
    const environment = await start(wanted)
    assert.deepEqual(await environment.call(event), expected)
    assert.deepEqual(await environment.call(event), expected)
  })

const failing: { name: string; wanted: Wanted; errorType: string; errorMessage: RegExp }[] = [
  {
    name: 'an exception',
    wanted: ruby('def handler(event:, context:) = raise(ArgumentError, "boom")'),
    errorType: 'Function<ArgumentError>',
    errorMessage: /^boom$/,
  },
  {
    name: 'a result that is not JSON',
    wanted: ruby('def handler(event:, context:) = Float::NAN'),
    errorType: 'Function<JSON::GeneratorError>',
    errorMessage: /NaN/,
  },
  {
    name: 'an exit',
    wanted: ruby('def handler(event:, context:) = exit(5)'),
    errorType: 'Runtime.ExitError',
    errorMessage: /exit status 5$/,
  },
  {
    name: 'a missing file',
    wanted: ruby('', { handler: 'absent.handler' }),
    errorType: 'Init<LoadError>',
    errorMessage: /cannot load such file -- \/var\/task\/absent/,
  },
  {
    name: 'a missing method',
    wanted: ruby('def other(event:, context:); end'),
    errorType: 'Function<NoMethodError>',
    errorMessage: /undefined method `handler'|undefined method 'handler'/,
  },
  {
    name: 'a syntax error',
    wanted: ruby('def handler('),
    errorType: 'Init<SyntaxError>',
    errorMessage: /main\.rb/,
  },
]

for (const { name, wanted, errorType, errorMessage } of failing)
  test(`Ruby: ${name} is told, and the environment is still of use`, async () => {
    const environment = await start(wanted)
    for (let i = 0; i < 2; i++) {
      const error = await environment.fail()
      assert.equal(error.errorType, errorType)
      assert.match(error.errorMessage, errorMessage)
    }
  })

test('Ruby: the report of an error has type, message and stack', async () => {
  const environment = await start(ruby('def handler(event:, context:)\n  raise "boom"\nend'))
  const { stackTrace, ...rest } = await environment.fail()
  assert.deepEqual(rest, { errorMessage: 'boom', errorType: 'Function<RuntimeError>' })
  assert.match(String(stackTrace?.[0]), /^\/var\/task\/main\.rb:2:in /)
})

test('Ruby: printed lines are records, and so is the report of an error', async () => {
  const environment = await start(
    ruby('puts "loading"\ndef handler(event:, context:)\n  puts "one\\ntwo"\n  raise "boom"\nend'),
  )
  await environment.fail()
  const own = environment.lines.filter((line) => !/^(lambent|INIT_START|START|END|REPORT)/.test(line))
  assert.deepEqual(own.slice(0, 3), ['loading', 'one', 'two'])
  assert.match(own[3] ?? '', /^Error raised from handler method\r\{\r {2}"errorMessage": "boom",\r/)
})

test('Ruby: an event of several megabytes comes and goes whole', async () => {
  const environment = await start(ruby('def handler(event:, context:) = event'))
  const text = 'xy'.repeat(2_000_000)
  assert.equal(await environment.call(text), text)
})
