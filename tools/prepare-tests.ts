import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildClients } from './build-clients.ts'

const run = promisify(execFile)
const cache = join(import.meta.dirname, '..', '.cache')

// The client that the tests call the server with, as its users install it; a stand-in for the AWS services that the
// server itself calls, of moto's own choice of packages for a server only what these services need; and what functions
// of the tests are made of.
const PYTHON_PACKAGES = [
  ...['boto3==1.43.11', 'moto[s3,sqs,sns,events]==5.2.5', 'flask==3.1.3', 'flask-cors==6.0.5'],
  ...['mangum==0.22.0', 'starlette==1.10.0', 'aws-lambda-powertools==3.37.0'],
]

interface Tool {
  readonly command: string
  readonly install: string
}

const TOOLS: readonly Tool[] = [
  { command: 'bwrap', install: 'bubblewrap (apt-get install bubblewrap)' },
  { command: 'python3', install: 'Python 3 (apt-get install python3 python3-venv)' },
  { command: 'aws', install: 'the AWS CLI (apt-get install awscli)' },
  { command: 'curl', install: 'curl (apt-get install curl)' },
  { command: 'openssl', install: 'OpenSSL (apt-get install openssl)' },
  { command: 'ruby', install: 'Ruby (apt-get install ruby)' },
  { command: 'skopeo', install: 'skopeo (apt-get install skopeo)' },
  { command: 'umoci', install: 'umoci (apt-get install umoci)' },
  { command: 'docker-registry', install: 'a registry (apt-get install docker-registry)' },
  { command: 'go', install: 'Go 1.18 or newer (apt-get install golang-go)' },
]

/** What the programs of test/clients are built with. */
const COMPILERS: readonly Tool[] = [
  { command: 'cargo', install: 'Rust 1.63 or newer (apt-get install cargo)' },
  { command: 'javac', install: 'a JDK (apt-get install default-jdk-headless)' },
  { command: 'cmake', install: 'CMake (apt-get install cmake)' },
  { command: 'g++', install: 'a C++ compiler and make (apt-get install g++ make)' },
]

/** Toolchains that their own installers put where no search path leads. */
process.env.PATH = `${process.env.PATH}:/usr/local/go/bin:${homedir()}/.cargo/bin`

/** Makes what the tests of these folders and files need and can be made; returns what the user has to do, a sentence each. */
export async function prepareTests(paths: readonly string[]): Promise<string[]> {
  const needsClients = paths.some((path) => path === 'test' || path.startsWith('test/clients'))
  const missing: string[] = []
  for (const { command, install } of needsClients ? [...TOOLS, ...COMPILERS] : TOOLS)
    if (!(await isInstalled(command))) missing.push(install)
  if (missing.length > 0) return missing
  if (!(await preparePython())) return ['python3-venv and a reachable PyPI (apt-get install python3-venv)']
  return needsClients ? buildClients() : []
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
