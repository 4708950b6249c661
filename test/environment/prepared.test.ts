import { strict as assert } from 'node:assert'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { descendantsOf, isRunning } from '../support/processes.ts'
import { isRoot, NODE, openTestHost, PYTHON, type TestEnvironment, type Wanted } from './support.ts'

// Sandboxes whose interpreters have started before their function was known. What such a process was started with lacks
// the function's variables, and that is how these tests tell it from others.

const { start, host } = await openTestHost()
const options = { skip: !isRoot }

const TELL_NODE = `
const fs = require('node:fs')
const { execFileSync } = require('node:child_process')
const text = (path) => fs.readFileSync(path, 'utf8')
const loaded = { cwd: process.cwd(), variables: { ...process.env } }
const mounts = text('/proc/self/mountinfo').split('\\n').map((line) => line.split(' '))
// What was mounted last hides what was there.
const optionsOf = (path) => mounts.findLast(([, , , , place]) => place === path)[5]
exports.handler = async () => ({
  isPrepared: !text('/proc/self/environ').includes('_HANDLER='),
  loaded,
  variables: { ...process.env },
  ofChild: execFileSync('/usr/bin/env').toString().split('\\n').sort(),
  argv: [process.argv, process.execArgv, process.execPath, process.title, process.argv0],
  commandLine: text('/proc/self/cmdline'),
  paths: [require.main.paths, module.paths, require('node:module').globalPaths],
  loadedModules: Object.keys(require.cache),
  directory: [process.cwd(), fs.readlinkSync('/proc/self/cwd')],
  umask: process.umask(),
  descriptors: fs.readdirSync('/proc/self/fd').filter((name) => Number(name) <= 10),
  limits: text('/proc/self/limits'),
  status: text('/proc/self/status').match(/^(Groups|Cap\\w+|NoNewPrivs|Seccomp|Umask):.*$/gm),
  hasOwnUser: process.getuid() >= 0x10000 && process.getuid() === process.getgid(),
  files: ['/var/task', '/opt', '/tmp', '/var/runtime', '/', '/etc', '/dev', '/var'].map((path) => fs.readdirSync(path)),
  modes: ['/var/task', '/opt', '/tmp'].map((path) => fs.statSync(path).mode),
  mounts: ['/opt', '/tmp', '/var/task'].map(optionsOf),
  heap: require('node:v8').getHeapStatistics().heap_size_limit,
  time: [new Date(0).toString(), Intl.DateTimeFormat().resolvedOptions()],
  processes: fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).length,
  listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
  globals: Object.getOwnPropertyNames(globalThis),
})`

const TELL_PYTHON = `
import os, re, sys, time, locale, signal, resource, subprocess

def text(path):
    with open(path) as file:
        return file.read()

loaded = {"cwd": os.getcwd(), "variables": dict(os.environ)}

def handler(event, context):
    return {
        "isPrepared": "_HANDLER=" not in text("/proc/self/environ"),
        "loaded": loaded,
        "variables": dict(os.environ),
        "ofChild": sorted(subprocess.check_output("/usr/bin/env").decode().split("\\n")),
        "argv": [sys.argv, sys.orig_argv, sys.executable, sys.flags],
        "commandLine": text("/proc/self/cmdline"),
        "paths": sys.path,
        "loadedModules": sorted(sys.modules),
        "directory": [os.getcwd(), os.readlink("/proc/self/cwd")],
        "umask": [os.umask(0o22), os.umask(0o22)],
        "descriptors": sorted(name for name in os.listdir("/proc/self/fd") if int(name) <= 10),
        "limits": text("/proc/self/limits"),
        "status": re.findall(r"^(?:Groups|Cap\\w+|NoNewPrivs|Seccomp|Umask):.*$", text("/proc/self/status"), re.M),
        "hasOwnUser": os.getuid() >= 0x10000 and os.getuid() == os.getgid(),
        "files": [sorted(os.listdir(path)) for path in ["/var/task", "/opt", "/tmp", "/var/runtime", "/", "/etc", "/dev"]],
        "modes": [os.stat(path).st_mode for path in ["/var/task", "/opt", "/tmp"]],
        "locale": [locale.setlocale(locale.LC_ALL), sys.getfilesystemencoding(), sys.stdout.encoding],
        "signals": [str(signal.getsignal(number)) for number in [signal.SIGINT, signal.SIGTERM, signal.SIGPIPE]],
        "time": [time.tzname, time.timezone, time.localtime(0).tm_hour],
        "context": [context.function_name, context.memory_limit_in_mb, context.log_stream_name],
    }`

const runtimes = [
  { runtime: NODE, files: { 'index.js': TELL_NODE } },
  { runtime: PYTHON, files: { 'main.py': TELL_PYTHON } },
]

/** One that this process keeps ready may be on its way; sooner or later a start finds it. */
async function startPrepared(wanted: Wanted & { readonly files: Record<string, string> }): Promise<TestEnvironment> {
  await host.prepareRuntime(wanted.runtime ?? NODE)
  for (let attempt = 0; attempt < 100; attempt++) {
    const environment = await start(wanted)
    if ((await environment.call({})).isPrepared) return environment
    await environment.environment.shutdown()
    await sleep(100)
  }
  throw new Error('no prepared sandbox was ever used')
}

for (const { runtime, files } of runtimes) {
  test(`${runtime}: a function sees the same in a prepared sandbox as in one of its own`, options, async () => {
    const common = { runtime, files, layer: { 'python/of_layer.py': '', 'nodejs/node_modules/x/index.js': '' } }
    const variables = { MINE: "it's\nmine", LONG: 'x'.repeat(3000), TZ: 'Asia/Tokyo' }
    const prepared = await startPrepared({ ...common, variables, memoryMb: 512 })
    // The value is the one that it has anyway, but nobody looks at it.
    const ordinary = await start({ ...common, variables: { ...variables, LANG: 'en_US.UTF-8' }, memoryMb: 512 })
    const [{ isPrepared, ...seen }, { isPrepared: isOther, ...expected }] = [
      await prepared.call(),
      await ordinary.call(),
    ]
    assert.deepEqual([isPrepared, isOther], [true, false])
    for (const { variables } of [seen, seen.loaded, expected, expected.loaded]) {
      assert.match(variables.AWS_LAMBDA_RUNTIME_API, /^127\.0\.0\.1:\d+$/)
      delete variables.AWS_LAMBDA_RUNTIME_API
      delete variables._X_AMZN_TRACE_ID
    }
    for (const tell of [seen, expected])
      tell.ofChild = tell.ofChild.filter((line: string) => !/^(AWS_LAMBDA_RUNTIME_API|_X_AMZN_TRACE_ID)=/.test(line))
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(seen[name], value, name)
  })
}

test('a prepared sandbox is one like all others', options, async () => {
  const environment = await startPrepared({ runtime: PYTHON, files: { 'main.py': TELL_PYTHON, 'own.txt': 'mine' } })
  const { status, files } = await environment.call()
  assert.ok(status.includes('NoNewPrivs:\t1'))
  assert.deepEqual(
    status.filter((line: string) => line.startsWith('Cap')).map((line: string) => line.split('\t')[1]),
    [...Array(5).fill('0000000000000000')],
  )
  assert.deepEqual(files.slice(0, 3), [['main.py', 'own.txt'], [], []])
})

test('what is mounted late is read-only', options, async () => {
  const files = {
    'index.js': `
const fs = require('node:fs')
const attempt = (path) => { try { return fs.writeFileSync(path, 'x') ?? 'written' } catch ({ code }) { return code } }
exports.handler = async () => ({
  isPrepared: !fs.readFileSync('/proc/self/environ', 'latin1').includes('_HANDLER='),
  wrote: ['/var/task/index.js', '/var/task/x', '/opt/x', '/opt/lib.txt', '/tmp/x'].map(attempt),
})`,
  }
  const environment = await startPrepared({ files, layer: { 'lib.txt': '' } })
  assert.deepEqual((await environment.call()).wrote, ['EROFS', 'EROFS', 'EROFS', 'EROFS', 'written'])
})

test('memory is limited to what the function has, and a new process has its own variables', options, async () => {
  const files = {
    'main.py': `
import os
block = []
def handler(event, context):
    block.append(bytearray(b"x") * (event.get("mb", 0) * 1024 * 1024))
    started_with = open("/proc/self/environ").read()
    return {"isPrepared": "_HANDLER=" not in started_with, "mine": os.environ["MINE"], "tmp": os.listdir("/tmp")}`,
  }
  const environment = await startPrepared({ runtime: PYTHON, files, memoryMb: 300, variables: { MINE: '1' } })
  assert.equal((await environment.call({ mb: 200 })).mine, '1')
  assert.equal((await environment.fail({ mb: 300 })).errorType, 'Runtime.OutOfMemory')
  assert.deepEqual(await environment.call(), { isPrepared: false, mine: '1', tmp: [] })
})

test('each sandbox serves one deployment of one function', options, async () => {
  const tell = (answer: string) => ({
    'index.mjs': `import { readFileSync, writeFileSync, readdirSync } from 'node:fs'
const isPrepared = !readFileSync('/proc/self/environ', 'latin1').includes('_HANDLER=')
const found = readdirSync('/tmp')
writeFileSync('/tmp/left', '')
export const handler = async () => ({ isPrepared, answer: '${answer}', user: process.getuid(), found })`,
  })
  const [first, second] = [await startPrepared({ files: tell('1') }), await startPrepared({ files: tell('2') })]
  const [one, two] = [await first.call(), await second.call()]
  assert.deepEqual([one.answer, two.answer, one.found, two.found], ['1', '2', [], []])
  assert.notEqual(one.user, two.user)
  assert.notEqual(first.environment.id, second.environment.id)
})

const STARTS_ALONE: readonly { readonly because: string; readonly wanted: Wanted }[] = [
  { because: 'a variable for the interpreter', wanted: { variables: { NODE_OPTIONS: '--stack-trace-limit=3' } } },
  { because: 'a variable for the loader', wanted: { variables: { LD_LIBRARY_PATH: '/var/task/lib64' } } },
  { because: 'a variable for the C library', wanted: { variables: { LC_ALL: 'C' } } },
  { because: 'another /tmp', wanted: { ephemeralStorageMb: 600 } },
  { because: 'being provisioned', wanted: { isProvisioned: true } },
  { because: 'libraries of its own', wanted: { layer: { 'lib/libfunction.so.1': '' } } },
]

const TELL_WAY = `
const fs = require('node:fs')
exports.handler = async () => ({
  isPrepared: !fs.readFileSync('/proc/self/environ', 'latin1').includes('_HANDLER='),
})`

for (const { because, wanted } of STARTS_ALONE)
  test(`a function is started for itself because of ${because}`, options, async () => {
    const files = { 'index.js': TELL_WAY }
    await startPrepared({ files })
    // By now others are ready, or this would be no proof.
    await waitingProcesses()
    const environment = await start({ files, ...wanted })
    assert.deepEqual(await environment.call(), { isPrepared: false })
  })

test('only a few wait, also after many starts, and another takes the place of one that dies', options, async () => {
  const files = { 'index.js': TELL_WAY }
  const environments = await Promise.all(Array.from({ length: 8 }, () => start({ files })))
  await Promise.all(environments.map(({ environment }) => environment.shutdown()))
  await startPrepared({ files })
  const waiting = await waitingProcesses()
  assert.ok(waiting.length <= 6, `${waiting.length} wait`)
  for (const processId of waiting) process.kill(processId, 'SIGKILL')
  const environment = await start({ files })
  assert.equal(typeof (await environment.call()).isPrepared, 'boolean')
})

/** Those that nobody has told their function; there is at least one sooner or later. */
async function waitingProcesses(): Promise<readonly number[]> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const waiting = descendantsOf(process.pid).filter((processId) => isRunning(processId) && isWaiting(processId))
    if (waiting.length > 0) return waiting
    await sleep(100)
  }
  throw new Error('none waits')
}

/** Its directory is still the one that the function's is mounted over. */
function isWaiting(processId: number): boolean {
  try {
    if (!readFileSync(`/proc/${processId}/cmdline`, 'latin1').startsWith('/var/lang/bin/')) return false
    return readdirSync(`/proc/${processId}/root/var/task`).length === 0
  } catch {
    return false
  }
}
