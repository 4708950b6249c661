import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { PlainConnection, type PlainOptions } from './plain-connection.ts'

/** Stands before Node's HTTP server and keeps for itself the connections that bring nothing but plain invocations. */
export class PlainConnections {
  readonly #open = new Map<Socket, PlainConnection>()

  constructor(server: Server, options: Omit<PlainOptions, 'handOver'>) {
    const served = server.listeners('connection')
    server.removeAllListeners('connection')
    const handOver = (socket: Socket, bytes: Buffer) => {
      this.#open.delete(socket)
      socket.pause()
      socket.unshift(bytes)
      for (const serve of served) serve.call(server, socket)
      socket.resume()
    }
    server.on('connection', (socket: Socket) => {
      this.#open.set(socket, new PlainConnection(socket, { ...options, handOver }))
      socket.once('close', () => this.#open.delete(socket))
    })
  }

  closeIdle(): void {
    for (const connection of this.#open.values()) connection.closeIfIdle()
  }

  closeAll(): void {
    for (const socket of this.#open.keys()) socket.destroy()
  }
}
