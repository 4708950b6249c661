import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const cache = join(import.meta.dirname, '..', '.cache')

// The clients that the tests call the server with, as their users install them.
const PYTHON_PACKAGES = ['boto3==1.43.11']

/** Makes what the tests need and can be made; returns what the user has to install, each with the way to do it. */
export async function prepareTests(): Promise<string[]> {
  const tools = [
    { command: 'bwrap', install: 'bubblewrap (apt-get install bubblewrap)' },
    { command: 'python3', install: 'Python 3 (apt-get install python3 python3-venv)' },
    { command: 'aws', install: 'the AWS CLI (apt-get install awscli)' },
  ]
  const missing: string[] = []
  for (const { command, install } of tools) if (!(await isInstalled(command))) missing.push(install)
  if (missing.length === 0 && !(await preparePython()))
    missing.push('python3-venv and a reachable PyPI (apt-get install python3-venv)')
  return missing
}

const isInstalled = (command: string) =>
  run('sh', ['-c', `command -v ${command}`]).then(
    () => true,
    () => false,
  )

/** A virtual environment with the Python client, made once. */
async function preparePython(): Promise<boolean> {
  const home = join(cache, 'python')
  if (existsSync(join(home, 'complete'))) return true
  try {
    console.error('lambent: installing boto3 for the tests (once)')
    await rm(home, { recursive: true, force: true })
    await mkdir(cache, { recursive: true })
    await run('python3', ['-m', 'venv', home])
    await run(join(home, 'bin/python'), [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      ...PYTHON_PACKAGES,
    ])
    await mkdir(join(home, 'complete'))
    return true
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return false
  }
}
