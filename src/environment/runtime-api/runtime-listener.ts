import { createServer, type Socket } from 'node:net'
import { findPeerUser } from './peer-user.ts'
import { serveRuntime } from './runtime-connection.ts'
import type { RuntimeSession } from './runtime-session.ts'

/**
 * The Runtime API by TCP, for any standard runtime interface client. One listener serves all environments; whose a
 * connection is, is decided once, by the user id at its other end. Strangers are hung up on.
 */
export interface RuntimeListener {
  /** `host:port`, the value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string
  /** Connections of this user belong to this session from now on. */
  assign(user: number, session: RuntimeSession): void
  unassign(user: number): void
  close(): Promise<void>
}

/** Connections of all environments together; beyond them nobody is served, rather than everybody slowly. */
const MOST_CONNECTIONS = 4096
/** A connection may hold a whole response in memory; no client needs many. */
const MOST_CONNECTIONS_EACH = 16

export async function openRuntimeListener(): Promise<RuntimeListener> {
  const sessions = new Map<number, RuntimeSession>()
  const sockets = new Map<Socket, number>()
  const countOf = (user: number) => [...sockets.values()].filter((owner) => owner === user).length
  const server = createServer({ pauseOnConnect: true, noDelay: true }, async (socket) => {
    socket.on('error', () => socket.destroy())
    const user = await findPeerUser(socket)
    const session = user === undefined ? undefined : sessions.get(user)
    if (user === undefined || session === undefined || countOf(user) >= MOST_CONNECTIONS_EACH) return socket.destroy()
    sockets.set(socket, user)
    socket.on('close', () => sockets.delete(socket))
    serveRuntime(socket, session)
    socket.resume()
  })
  server.maxConnections = MOST_CONNECTIONS
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  server.unref()
  const address = server.address()
  const drop = (user: number) => {
    for (const [socket, owner] of sockets) if (owner === user) socket.destroy()
  }
  return {
    address: `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    assign(user, session) {
      drop(user)
      sessions.set(user, session)
    },
    unassign(user) {
      sessions.delete(user)
      drop(user)
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.keys()) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
