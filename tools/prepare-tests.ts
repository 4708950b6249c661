import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const cache = join(import.meta.dirname, '..', '.cache')

// The client that the tests call the server with, as its users install it; a stand-in for the AWS services that the
// server itself calls, of moto's own choice of packages for a server only what these services need; and what functions
// of the tests are made of.
const PYTHON_PACKAGES = [
  ...['boto3==1.43.11', 'moto[s3,sqs,sns,events]==5.2.5', 'flask==3.1.3', 'flask-cors==6.0.5'],
  ...['mangum==0.22.0', 'starlette==1.10.0', 'aws-lambda-powertools==3.37.0'],
]

/** Makes what the tests need and can be made; returns what the user has to install, each with the way to do it. */
export async function prepareTests(): Promise<string[]> {
  const tools = [
    { command: 'bwrap', install: 'bubblewrap (apt-get install bubblewrap)' },
    { command: 'python3', install: 'Python 3 (apt-get install python3 python3-venv)' },
    { command: 'openssl', install: 'OpenSSL (apt-get install openssl)' },
    { command: 'curl', install: 'curl (apt-get install curl)' },
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

/** A virtual environment with the Python packages, made once for each list of them. */
async function preparePython(): Promise<boolean> {
  const home = join(cache, 'python')
  const complete = join(home, `complete-${PYTHON_PACKAGES.join('-')}`)
  if (existsSync(complete)) return true
  try {
    console.error('lambent: installing boto3, moto and other Python packages for the tests (once)')
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
    await mkdir(complete)
    return true
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return false
  }
}
