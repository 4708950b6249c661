import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { OF_EVERY_FUNCTION } from './recorded-variables.ts'
import { type Files, isRoot, openTestHost, TIMEOUT_SECONDS } from './support.ts'

const { start } = await openTestHost()

/** A runtime in a few lines of shell: `handle` gets the event as $1, its answer is what it prints. */
const shell = (handle: string, more = '') => `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
post() { curl -sS -X POST "$api/$1" -H "Lambda-Runtime-Function-Error-Type: $3" -d "$2" >/dev/null; }
handle() { ${handle}
}
${more}
while true; do
  event=$(curl -sS -D /tmp/head "$api/invocation/next")
  id=$(sed -n 's/^Lambda-Runtime-Aws-Request-Id: *//p' /tmp/head | tr -d '\\r')
  post "invocation/$id/response" "$(handle "$event")"
done
`
const echo = shell('printf %s "$1"')
const RUNTIME = 'provided.al2023'

for (const runtime of ['provided.al2', RUNTIME])
  test(`a shell script is a runtime of ${runtime}`, async () => {
    const environment = await start({ runtime, files: { bootstrap: echo } })
    for (const event of [{ a: 'ü' }, [1], null]) assert.deepEqual(await environment.call(event), event)
    assert.match(
      environment.lines[0] ?? '',
      new RegExp(`^INIT_START Runtime Version: ${runtime.replace('.', ':')}\\.v1\t`),
    )
  })

test('a custom runtime sees the variables of Lambda, less those of the managed runtimes', async () => {
  const environment = await start({
    runtime: RUNTIME,
    handler: 'free text',
    variables: { MINE: 'yes', AWS_LAMBDA_EXEC_WRAPPER: '/not/for/these' },
    files: { bootstrap: shell('env | sort | sed "s/.*/\\"&\\"/" | paste -sd, | sed "s/.*/[&]/"') },
  })
  const seen = Object.fromEntries((await environment.call()).map((line: string) => line.split(/=(.*)/s).slice(0, 2)))
  const { AWS_LAMBDA_RUNTIME_API, _, ...rest } = seen
  assert.match(AWS_LAMBDA_RUNTIME_API, /^127\.0\.0\.1:\d+$/)
  assert.deepEqual(rest, {
    ...OF_EVERY_FUNCTION,
    AWS_LAMBDA_EXEC_WRAPPER: '/not/for/these',
    MINE: 'yes',
    PATH: '/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    _HANDLER: 'free text',
  })
})

const found: { name: string; files: Files; layer?: Files; expected: string }[] = [
  { name: 'in the package', files: { bootstrap: shell('echo 1') }, expected: '1' },
  { name: 'in a layer', files: { index: '' }, layer: { bootstrap: shell('echo 2') }, expected: '2' },
  {
    name: 'in the package before one in a layer',
    files: { bootstrap: shell('echo 3') },
    layer: { bootstrap: shell('echo 4') },
    expected: '3',
  },
  {
    name: 'in a layer, when that of the package is a directory',
    files: { 'bootstrap/file': '' },
    layer: { bootstrap: shell('echo 5') },
    expected: '5',
  },
  {
    name: 'with an interpreter out of a layer',
    files: { bootstrap: '#!/opt/bin/interpreter\n' },
    layer: { 'bin/interpreter': shell('echo 6') },
    expected: '6',
  },
]

for (const { name, expected, ...code } of found)
  test(`the bootstrap is found ${name}`, async () => {
    const environment = await start({ runtime: RUNTIME, ...code })
    assert.equal(String((await environment.invoke()).payload), expected)
  })

const broken: { name: string; files: Files; message: string }[] = [
  {
    name: 'missing',
    files: { index: '' },
    message: "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
  },
  { name: 'not executable', files: { bootstrap: 'x' }, message: 'fork/exec /var/task/bootstrap: permission denied' },
  {
    name: 'written with line ends of Windows',
    files: { bootstrap: echo.replaceAll('\n', '\r\n') },
    message: 'fork/exec /var/task/bootstrap: no such file or directory',
  },
  // The host has all of them, which is none of a function's business.
  ...['/proc/../tmp', '/tmp', '/var/task/../../../../../../../../../../tmp', process.cwd()].map((path) => ({
    name: `for ${path}, which only the host has`,
    files: { bootstrap: `#!${path}\n` },
    message: 'fork/exec /var/task/bootstrap: no such file or directory',
  })),
]

for (const { name, files, message } of broken)
  test(`a bootstrap that is ${name} is told as AWS tells it`, async () => {
    const environment = await start({ runtime: RUNTIME, files })
    const error = await environment.fail()
    assert.equal(error.errorType, 'Runtime.InvalidEntrypoint')
    assert.equal(error.errorMessage.replace(/^RequestId: \S{36} Error: /, ''), message)
    assert.match(
      environment.lines.join('\n'),
      /^INIT_START .*\nINIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: error\tError Type: Runtime\.InvalidEntrypoint\nSTART .*\n[\s\S]*\tStatus: error\tError Type: Runtime\.InvalidEntrypoint$/,
    )
  })

test('a program for another processor, or in no format at all, cannot be run', async () => {
  const program = readFileSync(process.execPath).subarray(0, 4096)
  const foreign = Buffer.from(program)
  foreign.writeUInt16LE(0x2a, 18)
  for (const bootstrap of [foreign, Buffer.from('echo no interpreter\n')]) {
    const environment = await start({ runtime: RUNTIME, programs: { bootstrap } })
    const { errorType, errorMessage } = await environment.fail()
    assert.equal(errorType, 'Runtime.InvalidEntrypoint')
    assert.match(errorMessage, / Error: fork\/exec \/var\/task\/bootstrap: exec format error$/)
  }
})

interface Failing {
  readonly name: string
  readonly bootstrap: string
  readonly errorType: string
  readonly errorMessage: RegExp
  readonly timeoutSeconds?: number
}

const failing: Failing[] = [
  {
    name: 'exits while loading',
    bootstrap: '#!/bin/sh\nexit 7\n',
    errorType: 'Runtime.ExitError',
    errorMessage: /Error: Runtime exited with error: exit status 7$/,
  },
  {
    name: 'exits in an invocation',
    bootstrap: shell('kill -KILL $$'),
    errorType: 'Runtime.ExitError',
    errorMessage: /Error: Runtime exited with error: signal: killed$/,
  },
  {
    name: 'tells what was wrong while loading',
    bootstrap: shell(
      ':',
      `post init/error '{"errorType":"Runtime.NoSuchHandler","errorMessage":"told"}' Runtime.NoSuchHandler; exit 1`,
    ),
    errorType: 'Runtime.NoSuchHandler',
    errorMessage: /^told$/,
  },
  {
    name: 'tells an error of the function',
    bootstrap: shell(`post "invocation/$id/error" '{"errorType":"Mine","errorMessage":"bad event"}' Function.Mine`),
    errorType: 'Mine',
    errorMessage: /^bad event$/,
  },
  {
    name: 'never asks for an event again',
    bootstrap: shell('exec sleep 60', 'curl -sS "$api/invocation/next"; exec sleep 60'),
    errorType: 'Sandbox.Timedout',
    errorMessage: /Task timed out after 1\.00 seconds$/,
    timeoutSeconds: 1,
  },
]

for (const { name, bootstrap, errorType, errorMessage, timeoutSeconds = TIMEOUT_SECONDS } of failing)
  test(`a runtime that ${name} fails the invocation, and the next one starts it anew`, async () => {
    const environment = await start({ runtime: RUNTIME, files: { bootstrap }, timeoutSeconds })
    for (let i = 0; i < 2; i++) {
      const error = await environment.fail()
      assert.equal(error.errorType, errorType)
      assert.match(error.errorMessage, errorMessage)
    }
  })

test('a custom runtime runs in a plain process too', async () => {
  const plain = await openTestHost('process')
  const environment = await plain.start({
    runtime: RUNTIME,
    files: { bootstrap: echo.replaceAll('/tmp/', '$TMPDIR/') },
  })
  assert.deepEqual(await environment.call({ a: 1 }), { a: 1 })
  await environment.environment.shutdown()
  const layered = await plain.start({
    runtime: RUNTIME,
    files: { index: '' },
    layer: { bootstrap: echo.replaceAll('/tmp/', '$TMPDIR/') },
  })
  assert.deepEqual(await layered.call([2]), [2])
})

test('an environment does not reach the Runtime API of another', { skip: !isRoot }, async () => {
  const [victim, thief] = await Promise.all([
    start({ runtime: RUNTIME, files: { bootstrap: shell('printf \'"%s"\' "$AWS_LAMBDA_RUNTIME_API"') } }),
    start({
      runtime: RUNTIME,
      files: { bootstrap: shell('curl -sS "http://$(echo "$1" | tr -d \\")/2018-06-01/ping"; echo "\\"$?\\""') },
    }),
  ])
  const address = await victim?.call()
  assert.match(await thief?.call(address), /^5[26]$/, 'curl: nothing was answered')
})
