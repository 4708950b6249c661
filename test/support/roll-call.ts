import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** Knows which environments there are: each holds a connection that ends when it does. */
export interface RollCall {
  /** Code for the head of a module, which names itself during Init. */
  answeringTo(name: string): string
  /** How many there are of this name. */
  present(name: string): number
  /** How many there ever were. */
  seen(name: string): number
  [Symbol.dispose](): void
}

export async function startRollCall(): Promise<RollCall> {
  const present = new Map<string, Set<Socket>>()
  const seen = new Map<string, number>()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('data', (data) => {
      const name = data.toString()
      const ofName = present.get(name) ?? new Set()
      present.set(name, ofName.add(socket))
      seen.set(name, (seen.get(name) ?? 0) + 1)
      socket.once('close', () => ofName.delete(socket))
    })
    // It ends without a word.
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    answeringTo: (name) => `
      import { connect } from 'node:net'
      const here = connect(${port}, '127.0.0.1')
      here.unref()
      await new Promise((resolve) => here.write(${JSON.stringify(name)}, resolve))
    `,
    present: (name) => present.get(name)?.size ?? 0,
    seen: (name) => seen.get(name) ?? 0,
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
