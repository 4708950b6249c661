import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { OF_EVERY_FUNCTION } from './recorded-variables.ts'
import { isRoot, NODE, openTestHost, PYTHON, type Wanted } from './support.ts'

// What a process finds around itself, as it was recorded at AWS.

const { start } = await openTestHost()

const NODE_MAJOR = NODE.slice('nodejs'.length, -'.x'.length)
const SHARED = {
  ...OF_EVERY_FUNCTION,
  PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
  _X_AMZN_TRACE_ID: 'Root=1-00000000-000000000000000000000000;Sampled=0',
}

const TELLS_VARIABLES = {
  'index.js': 'exports.handler = async () => process.env',
  'main.py': 'import os\ndef handler(e, c): return dict(os.environ)',
  'main.rb': 'def handler(event:, context:) = ENV.to_h',
}

const runtimes: { runtime: string; handler: string; own: Record<string, string> }[] = [
  {
    runtime: NODE,
    handler: 'index.handler',
    own: {
      NODE_PATH: `/opt/nodejs/node${NODE_MAJOR}/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task`,
    },
  },
  {
    runtime: 'python3.12',
    handler: 'main.handler',
    own: { PYTHONPATH: '/var/runtime', LC_CTYPE: 'C.UTF-8' },
  },
  {
    runtime: 'ruby3.4',
    handler: 'main.handler',
    own: {
      GEM_HOME: '/var/runtime',
      GEM_PATH: '/var/task/vendor/bundle/ruby/3.4.0:/opt/ruby/gems/3.4.0:',
      RUBYLIB: '/var/task:/var/runtime/lib:/opt/ruby/lib',
    },
  },
]

for (const { runtime, handler, own } of runtimes)
  test(`${runtime} has the variables of Lambda, and no other`, async () => {
    const environment = await start({ runtime, handler, files: TELLS_VARIABLES })
    const { AWS_LAMBDA_RUNTIME_API, ...rest } = await environment.call()
    assert.match(AWS_LAMBDA_RUNTIME_API, /^127\.0\.0\.1:\d+$/)
    assert.deepEqual(rest, {
      ...SHARED,
      ...own,
      _HANDLER: handler,
      AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    })
  })

test('one that is provisioned is told so', async () => {
  const environment = await start({ files: TELLS_VARIABLES, isProvisioned: true })
  assert.equal((await environment.call()).AWS_LAMBDA_INITIALIZATION_TYPE, 'provisioned-concurrency')
})

const python = (code: string, more: Partial<Wanted> = {}): Wanted => ({
  runtime: PYTHON,
  files: { 'main.py': code },
  ...more,
})

test('the limits of a process are those of Lambda', { skip: !isRoot }, async () => {
  const environment = await start(
    python(`import resource as r
def handler(e, c): return {n: r.getrlimit(getattr(r, "RLIMIT_" + n)) for n in e}`),
  )
  const names = ['NOFILE', 'NPROC', 'MEMLOCK', 'CORE', 'AS', 'CPU', 'DATA', 'FSIZE', 'RSS', 'STACK']
  const { STACK, ...limits } = await environment.call(names)
  const tenGib = 10 * 2 ** 30
  const none = [-1, -1]
  assert.deepEqual(limits, {
    ...{ NOFILE: [1024, 1024], NPROC: [742, 742], MEMLOCK: [65_536, 65_536], CORE: [tenGib, tenGib] },
    ...{ AS: none, CPU: none, DATA: none, FSIZE: none, RSS: none },
  })
  assert.equal(STACK[0], 8 * 2 ** 20)
})

test('a process has a user and a place, and its directories the modes of Lambda', { skip: !isRoot }, async () => {
  const environment = await start(
    python(
      `import os, pwd
def mode(path):
    s = os.stat(path)
    return [oct(s.st_mode & 0o7777), s.st_uid == 0]
def handler(e, c): return [pwd.getpwuid(os.getuid()).pw_name, os.getcwd(), {path: mode(path) for path in e}]`,
      { layer: { 'lib/x': '' } },
    ),
  )
  const [user, place, { '/tmp': temporary, ...modes }] = await environment.call(['/var/task', '/opt', '/tmp'])
  assert.deepEqual([user, place], ['sbx_user1051', '/var/task'])
  assert.deepEqual(modes, { '/var/task': ['0o755', true], '/opt': ['0o755', true] })
  assert.equal(temporary[0], '0o1777')
})

test('only a managed runtime is started by a wrapper', async () => {
  const bootstrap = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  id=$(curl -sD - -o /dev/null "$api/next" | tr -d '\\r' | sed -n 's/^Lambda-Runtime-Aws-Request-Id: //p')
  curl -s -d "\\"\${WRAPPED:-no}\\"" "$api/$id/response" > /dev/null
done`
  const wrapper = '#!/bin/sh\nexport WRAPPED=yes\nexec "$@"\n'
  const environment = await start({
    runtime: 'provided.al2023',
    variables: { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrapper' },
    files: { bootstrap, wrapper },
  })
  assert.equal(await environment.call(), 'no')
})

test('what Python prints ends at each line feed, and at nothing else', async () => {
  const environment = await start(
    python('def handler(e, c):\n    print("one\\rstill one\\ntwo\\r\\nthree\\x0bstill three")'),
  )
  const { logTail } = await environment.invoke({}, { wantsLogTail: true })
  const [, ...lines] = String(logTail).split('\n').slice(0, -3)
  assert.deepEqual(lines, ['one\rstill one', 'two\r', 'three\x0bstill three'])
})
