// The first step of every npm script, and the only file that must run on Node 20: it installs the pinned
// dependencies when they are missing or the lock file changed, then hands over to the project's own Node.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const node = join(root, 'node_modules', '.bin', 'node')
const stamp = join(root, 'node_modules', '.lambent-lock')
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')

if (!existsSync(node) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.error('lambent: installing dependencies (once)')
  const installed = spawnSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (installed.status !== 0 || !existsSync(node)) {
    console.error('lambent: npm ci failed; check that npm reaches its registry, then run the command again')
    process.exit(1)
  }
  writeFileSync(stamp, lock)
}

const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)
})
