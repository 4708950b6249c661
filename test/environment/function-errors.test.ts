import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { NODE, openTestHost, PYTHON, type Wanted } from './support.ts'

const { start } = await openTestHost()

interface Case {
  readonly name: string
  readonly wanted: Wanted
  readonly event?: unknown
  readonly errorType: string
  readonly errorMessage: string | RegExp
  /** A line of the log. */
  readonly logged?: RegExp
}

const node = (code: string, more: Partial<Wanted> = {}): Wanted => ({
  runtime: NODE,
  files: { 'index.js': code },
  ...more,
})
const python = (code: string, more: Partial<Wanted> = {}): Wanted => ({
  runtime: PYTHON,
  files: { 'main.py': code },
  ...more,
})

const cases: Case[] = [
  {
    name: 'Node.js: a thrown error',
    wanted: node('exports.handler = async () => { throw new TypeError("boom") }'),
    errorType: 'TypeError',
    errorMessage: 'boom',
    logged: /\tERROR\tInvoke Error \t\{"errorType":"TypeError","errorMessage":"boom","stack":\["TypeError: boom"/,
  },
  {
    name: 'Node.js: an error thrown before any promise',
    wanted: node('exports.handler = () => { throw new Error("early") }'),
    errorType: 'Error',
    errorMessage: 'early',
  },
  {
    name: 'Node.js: a custom error',
    wanted: node(
      'class MyError extends Error { constructor(m) { super(m); this.name = "MyError" } }; exports.handler = async () => { throw new MyError("mine") }',
    ),
    errorType: 'MyError',
    errorMessage: 'mine',
  },
  {
    name: 'Node.js: a thrown text',
    wanted: node('exports.handler = async () => { throw "text" }'),
    errorType: 'string',
    errorMessage: 'text',
  },
  {
    name: 'Node.js: an error by callback',
    wanted: node('exports.handler = (e, c, callback) => { callback(new Error("called back")) }'),
    errorType: 'Error',
    errorMessage: 'called back',
  },
  {
    name: 'Node.js: context.fail',
    wanted: node('exports.handler = (e, context) => { context.fail(new Error("failed")) }'),
    errorType: 'Error',
    errorMessage: 'failed',
  },
  {
    name: 'Node.js: a result with a cycle',
    wanted: node('exports.handler = async () => { const a = {}; a.a = a; return a }'),
    errorType: 'Runtime.MarshalError',
    errorMessage: 'Unable to stringify response body',
  },
  {
    name: 'Node.js: a BigInt',
    wanted: node('exports.handler = async () => 1n'),
    errorType: 'Runtime.MarshalError',
    errorMessage: 'Unable to stringify response body',
  },
  {
    name: 'Node.js: an exception nobody catches',
    wanted: node('exports.handler = () => new Promise(() => setTimeout(() => { throw new Error("stray") }, 1))'),
    errorType: 'Error',
    errorMessage: 'stray',
    logged: /\tERROR\tUncaught Exception \t/,
  },
  {
    name: 'Node.js: a rejection nobody catches',
    wanted: node(
      'exports.handler = () => new Promise(() => { Promise.reject(new Error("lost")); setTimeout(() => {}, 1000) })',
    ),
    errorType: 'Runtime.UnhandledPromiseRejection',
    errorMessage: 'Error: lost',
    logged: /Unhandled Promise Rejection/,
  },
  {
    name: 'Node.js: process.exit with a status',
    wanted: { fixture: 'exit-1' },
    event: { status: 3 },
    errorType: 'Runtime.ExitError',
    errorMessage: /^RequestId: \S{36} Error: Runtime exited with error: exit status 3$/,
    logged: /last words/,
  },
  {
    name: 'Node.js: process.exit without',
    wanted: { fixture: 'exit-1' },
    event: {},
    errorType: 'Runtime.ExitError',
    errorMessage: /^RequestId: \S{36} Error: Runtime exited without providing a reason$/,
  },
  {
    name: 'Node.js: a missing file',
    wanted: node('', { handler: 'other.handler' }),
    errorType: 'Runtime.ImportModuleError',
    errorMessage: /^Error: Cannot find module 'other'\nRequire stack:/,
  },
  {
    name: 'Node.js: a missing dependency',
    wanted: node('require("absent")'),
    errorType: 'Runtime.ImportModuleError',
    errorMessage: /^Error: Cannot find module 'absent'\nRequire stack:\n- \/var\/task\/index\.js/,
  },
  {
    name: 'Node.js: a missing dependency of an ES module',
    wanted: { files: { 'index.mjs': 'import "absent"' } },
    errorType: 'Runtime.ImportModuleError',
    errorMessage: /Cannot find package 'absent'/,
  },
  {
    name: 'Node.js: a syntax error',
    wanted: node('exports.handler = {'),
    errorType: 'Runtime.UserCodeSyntaxError',
    errorMessage: /^SyntaxError: /,
  },
  {
    name: 'Node.js: a missing export',
    wanted: node('exports.other = 1'),
    errorType: 'Runtime.HandlerNotFound',
    errorMessage: 'index.handler is undefined or not exported',
  },
  {
    name: 'Node.js: an export that is no function',
    wanted: node('exports.handler = 1'),
    errorType: 'Runtime.HandlerNotFound',
    errorMessage: 'index.handler is not a function',
  },
  {
    name: 'Node.js: a bad handler setting',
    wanted: node('', { handler: 'nothing' }),
    errorType: 'Runtime.MalformedHandlerName',
    errorMessage: 'Bad handler',
  },
  {
    name: 'Node.js: an error while loading',
    wanted: node('throw new RangeError("at load")'),
    errorType: 'RangeError',
    errorMessage: 'at load',
    logged: /^\S+Z\tundefined\tERROR\tUncaught Exception \t/,
  },
  {
    name: 'Node.js: an exit while loading',
    wanted: node('process.exit(4)'),
    errorType: 'Runtime.ExitError',
    errorMessage: /exit status 4$/,
  },
  {
    name: 'Node.js: an exit while loading without a status',
    wanted: node('process.exit()'),
    errorType: 'Runtime.ExitError',
    errorMessage: /^RequestId: \S{36} Error: Runtime exited without providing a reason$/,
  },
  {
    name: 'Python: an exit while loading',
    wanted: python('import sys; sys.exit(0)'),
    errorType: 'Runtime.ExitError',
    errorMessage: /^RequestId: \S{36} Error: Runtime exited without providing a reason$/,
  },
  {
    name: 'Python: a crash while loading, which AWS takes for one that hangs',
    wanted: python('import os, signal; os.kill(os.getpid(), signal.SIGSEGV)', { timeoutSeconds: 1 }),
    errorType: 'Sandbox.Timedout',
    errorMessage: /^RequestId: \S{36} Error: Task timed out after 1\.00 seconds$/,
    logged: /^INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: error\tError Type: Runtime\.ExitError$/,
  },
  {
    name: 'Python: an exception',
    wanted: python('def handler(e, c):\n    raise ValueError("boom")'),
    errorType: 'ValueError',
    errorMessage: 'boom',
    logged:
      /^\[ERROR\] ValueError: boom\rTraceback \(most recent call last\):\r\u00a0\u00a0File "\/var\/task\/main.py", line 2, in handler\r/,
  },
  {
    name: 'Python: sys.exit with a status',
    wanted: { runtime: PYTHON, fixture: 'exit-1' },
    event: { status: 5 },
    errorType: 'Runtime.ExitError',
    errorMessage: /^RequestId: \S{36} Error: Runtime exited with error: exit status 5$/,
    logged: /last words/,
  },
  {
    name: 'Python: sys.exit without',
    wanted: { runtime: PYTHON, fixture: 'exit-1' },
    event: { status: 0 },
    errorType: 'Runtime.ExitError',
    errorMessage: /Runtime exited without providing a reason$/,
  },
  {
    name: 'Python: a crash',
    wanted: python('import os, signal\ndef handler(e, c): os.kill(os.getpid(), signal.SIGSEGV)'),
    errorType: 'Runtime.ExitError',
    errorMessage: /Runtime exited with error: signal: segmentation fault$/,
  },
  {
    name: 'Python: a result that is not JSON',
    wanted: python('def handler(e, c): return {1, 2}'),
    errorType: 'Runtime.MarshalError',
    errorMessage: 'Unable to marshal response: Object of type set is not JSON serializable',
  },
  {
    name: 'Python: a missing module',
    wanted: python('', { handler: 'other.handler' }),
    errorType: 'Runtime.ImportModuleError',
    errorMessage: "Unable to import module 'other': No module named 'other'",
  },
  {
    name: 'Python: a missing dependency',
    wanted: python('import absent'),
    errorType: 'Runtime.ImportModuleError',
    errorMessage: "Unable to import module 'main': No module named 'absent'",
  },
  {
    name: 'Python: a missing handler',
    wanted: python('x = 1'),
    errorType: 'Runtime.HandlerNotFound',
    errorMessage: "Handler 'handler' missing on module 'main'",
  },
  {
    name: 'Python: a bad handler setting',
    wanted: python('', { handler: 'main' }),
    errorType: 'Runtime.MalformedHandlerName',
    errorMessage: "Bad handler 'main': not enough values to unpack (expected 2, got 1)",
  },
  {
    name: 'Python: a syntax error',
    wanted: python('def handler(:'),
    errorType: 'Runtime.UserCodeSyntaxError',
    errorMessage: /^Syntax error in module 'main': invalid syntax/,
  },
  {
    name: 'Python: an exception while loading',
    wanted: python('raise KeyError("at load")'),
    errorType: 'KeyError',
    errorMessage: "'at load'",
  },
]

for (const { name, wanted, event, errorType, errorMessage, logged } of cases) {
  test(`${name} becomes the error ${errorType}`, async () => {
    const environment = await start(wanted)
    const error = await environment.fail(event)
    assert.equal(error.errorType, errorType)
    if (typeof errorMessage === 'string') assert.equal(error.errorMessage, errorMessage)
    else assert.match(error.errorMessage, errorMessage)
    if (logged)
      assert.ok(
        environment.lines.some((line) => logged.test(line)),
        environment.lines.join('\n'),
      )
    // It happens again, in an environment that is still of use.
    assert.equal((await environment.fail(event)).errorType, errorType)
  })
}

test('the error of a Node.js handler has its stack in lines', async () => {
  const environment = await start(node('exports.handler = async () => { throw new Error("boom") }'))
  const { trace, ...rest } = await environment.fail()
  assert.deepEqual(rest, { errorType: 'Error', errorMessage: 'boom' })
  assert.equal(trace?.[0], 'Error: boom')
  assert.match(trace?.[1] ?? '', /^ {4}at .*\/var\/task\/index\.js:1:/)
})

test('the error of a Python handler has its request id and the frames of the function only', async () => {
  const environment = await start(python('def inner(): raise ValueError("boom")\ndef handler(e, c):\n    inner()\n'))
  const error = await environment.fail()
  assert.deepEqual(Object.keys(error), ['errorMessage', 'errorType', 'requestId', 'stackTrace'])
  assert.match(error.requestId ?? '', /^\S{36}$/)
  assert.deepEqual(error.stackTrace, [
    '  File "/var/task/main.py", line 3, in handler\n    inner()\n',
    '  File "/var/task/main.py", line 1, in inner\n    def inner(): raise ValueError("boom")\n',
  ])
})

test('the error of a Python module that does not load has an empty request id', async () => {
  const environment = await start(python('import absent'))
  assert.deepEqual(await environment.fail(), {
    errorMessage: "Unable to import module 'main': No module named 'absent'",
    errorType: 'Runtime.ImportModuleError',
    requestId: '',
    stackTrace: [],
  })
})

test('the error of a Python module that fails to load has its frames', async () => {
  const environment = await start(python('def inner(): raise KeyError("boom")\ninner()'))
  assert.deepEqual(await environment.fail(), {
    errorMessage: "'boom'",
    errorType: 'KeyError',
    requestId: '',
    stackTrace: [
      '  File "/var/task/main.py", line 2, in <module>\n    inner()\n',
      '  File "/var/task/main.py", line 1, in inner\n    def inner(): raise KeyError("boom")\n',
    ],
  })
})

test('a response above the limit fails, and the environment stays as it was', async () => {
  for (const wanted of [
    node('let n = 0; exports.handler = async (size) => (console.log("call", ++n), size ? "x".repeat(size) : n)'),
    python(
      'n = 0\ndef handler(size, c):\n    global n\n    n += 1\n    print("call", n)\n    return "x" * size if size else n',
    ),
  ]) {
    const environment = await start(wanted)
    const expected = {
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      errorType: 'Function.ResponseSizeTooLarge',
    }
    assert.deepEqual(await environment.fail(6_291_556), expected)
    assert.deepEqual(await environment.fail(7_000_000), expected)
    assert.equal((await environment.call(6_291_554)).length, 6_291_554)
    assert.equal(await environment.call(0), 4)
    assert.equal(environment.lines.filter((line) => /call \d$/.test(line)).length, 4, 'and what it logs is kept')
  }
})

test('a runtime that cannot run here is a function error that names it', async () => {
  const environment = await start({ runtime: 'dotnet8' })
  const error = await environment.fail()
  assert.equal(error.errorType, 'Runtime.InvalidEntrypoint')
  assert.match(error.errorMessage, /^RequestId: \S+ Error: .*dotnet8.* no interpreter|no interpreter.*dotnet8/i)
})
