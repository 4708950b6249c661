import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Counts the events that the function `count-node` has handled. */
export interface FinishCounter extends Disposable {
  readonly port: number
  readonly count: number
  /** Resolves when so many have been counted. */
  reach(count: number): Promise<void>
}

// Short beside the seconds that are measured.
const LOOK_EVERY_MS = 5
const LIMIT_MS = 120_000

export async function startFinishCounter(): Promise<FinishCounter> {
  let count = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('data', ({ length }) => (count += length))
    // The environment at the other end ends with its server.
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get count() {
      return count
    },
    reach: async (wanted) => {
      const limit = AbortSignal.timeout(LIMIT_MS)
      while (count < wanted) {
        if (limit.aborted) throw new Error(`${count} of ${wanted} events were handled in ${LIMIT_MS / 1000} s`)
        await sleep(LOOK_EVERY_MS)
      }
    },
    [Symbol.dispose]: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
