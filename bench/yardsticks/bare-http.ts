import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { endProcess, startProcess } from '../processes.ts'

export interface BareHttp extends AsyncDisposable {
  readonly url: string
  readonly processId: number
}

const echo = join(import.meta.dirname, '../functions/echo-node/index.mjs')

/** A bare `node:http` server in a process of its own, with the same Node.js and the same handler. */
export async function startBareHttp(program = 'bare-server.ts', handler = echo): Promise<BareHttp> {
  const child = startProcess(process.execPath, [join(import.meta.dirname, program), handler], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!child.stdout) throw new Error('a process without output')
  const [url] = await once(createInterface({ input: child.stdout }), 'line', { signal: AbortSignal.timeout(10_000) })
  return { url: String(url), processId: child.pid ?? 0, [Symbol.asyncDispose]: () => endProcess(child) }
}
