import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { forbiddenImports } from './check-rooms.ts'
import { prepareTests } from './prepare-tests.ts'

// `npm test`, `npm run check`: everything, in parallel. Names of test files or folders as arguments run only those.

const root = join(import.meta.dirname, '..')
/** A test that takes longer hangs. Its file has a few minutes more, to say so. */
const LONGEST_TEST_MS = 15 * 60_000
const chosen = process.argv.slice(2)

const missing = await prepareTests(chosen.length > 0 ? chosen : ['test'])
if (missing.length > 0) {
  console.error(`lambent: the tests need ${missing.join(', ')}`)
  process.exit(1)
}
const steps =
  chosen.length > 0
    ? [runTests(chosen)]
    : [
        rooms(),
        run('types', 'tsc', ['-p', '.']),
        run('lint', 'biome', ['check', '--error-on-warnings']),
        runTests(['test']),
      ]
const results = await Promise.all(steps)
// What failed comes last, whatever was printed by then.
for (const { name, details } of results.filter(({ isGood }) => !isGood)) console.log(`\nFAIL ${name}\n${details}`)
process.exitCode = results.every(({ isGood }) => isGood) ? 0 : 1

interface Result {
  readonly name: string
  readonly isGood: boolean
  /** What to say of a failure. */
  readonly details: string
}

async function rooms(): Promise<Result> {
  const complaints = forbiddenImports()
  return report({ name: 'rooms', isGood: complaints.length === 0, details: complaints.join('\n') })
}

/** A tool of node_modules; what it prints is shown only when it fails. */
function run(name: string, tool: string, args: readonly string[]): Promise<Result> {
  const child = spawn(join(root, 'node_modules/.bin', tool), args, { cwd: root })
  let details = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (details += chunk))
  return new Promise((resolve) => child.on('close', (code) => resolve(report({ name, isGood: code === 0, details }))))
}

async function runTests(paths: readonly string[]): Promise<Result> {
  const files = paths
    .flatMap((path) => (path.endsWith('.ts') ? [path] : globSync(`${path}/**/*.test.ts`, { cwd: root })))
    .sort()
  const directory = mkdtempSync(join(tmpdir(), 'lambent-check-'))
  const failed = join(directory, 'failed')
  const reporters = [
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...[`--test-reporter=${join(root, 'tools/failed-tests.ts')}`, `--test-reporter-destination=${failed}`],
  ]
  const timeLimit = `--import=${join(root, 'test/support/time-limit.ts')}`
  const limits = ['--test-concurrency=2', `--test-timeout=${LONGEST_TEST_MS}`, timeLimit]
  const options = ['--disable-warning=ExperimentalWarning', '--test', ...limits, ...reporters]
  const child = spawn(process.execPath, [...options, ...files], { cwd: root, stdio: 'inherit' })
  const [code] = await once(child, 'close')
  const details = existsSync(failed) ? readFileSync(failed, 'utf8') : ''
  rmSync(directory, { recursive: true })
  return report({ name: 'tests', isGood: code === 0, details })
}

function report(result: Result): Result {
  console.log(`${result.isGood ? 'ok  ' : 'FAIL'} ${result.name}`)
  return result
}
