import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Requests that are answered only when the test says so: functions wait there for what has to happen first. */
export interface Gates {
  urlFor(name: string): string
  /** Answers who waits at this gate and who comes later. */
  open(name: string): void
  /** Resolves when somebody has come to this gate. */
  reached(name: string): Promise<void>
  [Symbol.dispose](): void
}

interface Gate {
  readonly reached: PromiseWithResolvers<void>
  readonly waiting: ServerResponse[]
  isOpen: boolean
}

export async function startGates(): Promise<Gates> {
  const gates = new Map<string, Gate>()
  const gate = (name: string) => {
    const known = gates.get(name) ?? { reached: Promise.withResolvers<void>(), waiting: [], isOpen: false }
    gates.set(name, known)
    return known
  }
  const server = createServer((request, response) => {
    const { reached, waiting, isOpen } = gate(request.url?.slice(1) ?? '')
    reached.resolve()
    if (isOpen) response.end()
    else waiting.push(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    urlFor: (name) => `http://127.0.0.1:${port}/${name}`,
    open(name) {
      const opened = gate(name)
      opened.isOpen = true
      for (const response of opened.waiting.splice(0)) response.end()
    },
    reached: (name) => gate(name).reached.promise,
    [Symbol.dispose]: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
