import type { Server, Socket } from 'node:net'
import { PlainConnection, type PlainOptions } from './plain-connection.ts'

/** Stands before Node's HTTP server and keeps for itself the connections that bring nothing but plain invocations. */
export class PlainConnections {
  readonly #open = new Map<Socket, PlainConnection>()

  /** `event` is the one of the server that brings a connection to its HTTP parser. */
  constructor(server: Server, event: 'connection' | 'secureConnection', options: Omit<PlainOptions, 'handOver'>) {
    const served = server.listeners(event)
    server.removeAllListeners(event)
    const handOver = (socket: Socket, bytes: Buffer) => {
      this.#open.delete(socket)
      socket.pause()
      socket.unshift(bytes)
      for (const serve of served) serve.call(server, socket)
      socket.resume()
    }
    server.on(event, (socket: Socket) => {
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
