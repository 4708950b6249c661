import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { forbiddenImports } from './check-rooms.ts'
import { prepareTests } from './prepare-tests.ts'

// `npm test`, `npm run check`: everything, in parallel. Names of test files or folders as arguments run only those.

const root = join(import.meta.dirname, '..')
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
process.exitCode = results.every(Boolean) ? 0 : 1

async function rooms(): Promise<boolean> {
  const complaints = forbiddenImports()
  return report('rooms', complaints.length === 0, complaints.join('\n'))
}

/** A tool of node_modules; what it prints is shown only when it fails. */
function run(name: string, tool: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(join(root, 'node_modules/.bin', tool), args, { cwd: root })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return new Promise((resolve) => child.on('close', (code) => resolve(report(name, code === 0, output))))
}

function runTests(paths: readonly string[]): Promise<boolean> {
  const files = paths
    .flatMap((path) => (path.endsWith('.ts') ? [path] : globSync(`${path}/**/*.test.ts`, { cwd: root })))
    .sort()
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--test', '--test-concurrency=2', ...files],
    { cwd: root, stdio: 'inherit' },
  )
  return new Promise((resolve) => child.on('close', (code) => resolve(code === 0)))
}

function report(name: string, isGood: boolean, output: string): boolean {
  console.log(`${isGood ? 'ok  ' : 'FAIL'} ${name}${isGood ? '' : `\n${output}`}`)
  return isGood
}
