import { strict as assert } from 'node:assert'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListFunctionsCommand, type Runtime, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import { createFunction, invoke, lambdaClient, untilUpdated } from '../support/clients.ts'
import { createImageFunction } from '../support/image-functions.ts'
import { writeLayout } from '../support/images.ts'
import { nameOf } from '../support/processes.ts'
import { type ServerSetup, startTestServer, type TestServer } from '../support/server.ts'
import { attackerImage } from './attacker-image.ts'

/** A server with an attacker, and with a neighbour whom it must not hurt. */
export interface Scene {
  readonly server: TestServer
  readonly neighbour: Neighbour
  /** What an attack of the attacker got. */
  attack(program: string, detail?: Readonly<Record<string, unknown>>): Promise<readonly string[]>
  /** Until the attacker times out; 60 at first. */
  giveSeconds(timeoutSeconds: number): Promise<void>
  /** Fails when the neighbour, its things or the server have been harmed. */
  assertUnharmed(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** What it tells of itself, and the id of its process as the host sees it. */
export interface Neighbour {
  readonly pid: number
  readonly requestId: string
  readonly key: number
  readonly name: string
  readonly port: number
  readonly abstract: string
  readonly accessKeyId: string
  readonly sessionToken: string
}

const SECRET = 'of-the-neighbour-alone'
export const PYTHON: Runtime = 'python3.12'

export interface SceneSetup extends ServerSetup {
  /** Whether the attacker is a container image. */
  readonly inImage?: boolean
}

export async function openScene({ inImage = false, ...setup }: SceneSetup = {}): Promise<Scene> {
  const layouts = mkdtempSync(join(tmpdir(), 'lambent-attacker-'))
  const server = await startTestServer({ ...setup, args: [...(setup.args ?? []), '--image-layouts', layouts] })
  const python = { Runtime: PYTHON, Handler: 'main.handler', MemorySize: 1024 }
  const PROCESS_NAME = `n-${randomUUID().slice(0, 8)}`
  const Environment = { Variables: { SECRET, PROCESS_NAME } }
  await createFunction(server, { FunctionName: 'neighbour', code: codeIn('neighbour'), ...python, Environment })
  if (inImage) await createImage(server, layouts)
  else await createFunction(server, { FunctionName: 'attacker', code: codeIn('attacker'), ...python, Timeout: 60 })
  const credentials = readFileSync(join(server.dataDirectory, 'credentials'), 'utf8')
  const { payload } = await invoke(server, 'neighbour')
  const neighbour: Neighbour = { ...payload, pid: findProcess(PROCESS_NAME) }
  return {
    server,
    neighbour,
    async attack(attack, detail = {}) {
      const { payload, FunctionError } = await invoke(server, 'attacker', { attack, detail })
      assert.equal(FunctionError, undefined, JSON.stringify(payload))
      return payload
    },
    async giveSeconds(Timeout) {
      await lambdaClient(server).send(new UpdateFunctionConfigurationCommand({ FunctionName: 'attacker', Timeout }))
      await untilUpdated(server, 'attacker')
    },
    async assertUnharmed() {
      const { payload: answer } = await invoke(server, 'neighbour')
      assert.equal(answer.isWhole, true)
      assert.equal(answer.port, neighbour.port, 'it is still the same process')
      const { Functions } = await lambdaClient(server).send(new ListFunctionsCommand())
      assert.ok((Functions?.length ?? 0) >= 2)
      assert.equal(readFileSync(join(server.dataDirectory, 'credentials'), 'utf8'), credentials)
      assert.doesNotMatch(server.errors(), /"level":"error"/)
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      rmSync(layouts, { recursive: true })
    },
  }
}

async function createImage(server: TestServer, layouts: string): Promise<void> {
  mkdirSync(join(layouts, 'attacker'))
  writeLayout(join(layouts, 'attacker'), await attackerImage(codeIn('attacker')))
  await createImageFunction(server, 'attacker', 'oci:attacker', { MemorySize: 1024, Timeout: 60 })
}

export function codeIn(folder: string): Readonly<Record<string, string>> {
  const path = join(import.meta.dirname, folder)
  const names = readdirSync(path).filter((name) => name.endsWith('.py'))
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(path, name), 'utf8')]))
}

function findProcess(name: string): number {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))
  const found = pids.map(Number).find((pid) => nameOf(pid) === name)
  assert(found !== undefined, `no process bears the name ${name}`)
  return found
}

export const isRoot = process.getuid?.() === 0

/** For a server that root starts as somebody else; what root has installed for himself is not on his path. */
export const ORDINARY_USER = { user: 65534, environment: { PATH: '/usr/local/bin:/usr/bin:/bin' } }
