import { fileURLToPath } from 'node:url'
import type { FoundInterpreter } from './find-executables.ts'
import type { Runtime } from './runtime.ts'

/** What runs inside an environment on our behalf. */
export interface RuntimeClient {
  readonly directory: string
  readonly script: string
  /** The interpreter's names in `/var/lang/bin`, the main one first. */
  readonly commands: readonly [string, ...string[]]
}

export interface RuntimeClients {
  provide(family: Runtime['family'], interpreter: FoundInterpreter): Promise<RuntimeClient>
}

const source = (family: string) => fileURLToPath(new URL(`../runtime-clients/${family}`, import.meta.url))

export function openRuntimeClients(_runtimesDirectory: string): RuntimeClients {
  return {
    async provide(family, interpreter) {
      return family === 'nodejs'
        ? { directory: source('nodejs'), script: 'bootstrap.cjs', commands: ['node'] }
        : {
            directory: source('python'),
            script: 'bootstrap.py',
            commands: [`python${interpreter.version}`, 'python3', 'python'],
          }
    },
  }
}
