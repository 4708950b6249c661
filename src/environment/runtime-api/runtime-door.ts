import { createServer, type Socket } from 'node:net'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { findPeer } from '../sandbox/socket-holder.ts'
import { serveRuntime } from './runtime-connection.ts'
import type { Session } from './session.ts'

/** The Runtime API of one environment by TCP, for any standard client. Strangers are hung up on. */
export interface RuntimeDoor {
  /** `host:port`, the value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string
  /** From now on it leads to this session; connections to the one before are closed. */
  leadTo(session: Session): void
  close(): void
}

/** Beyond them nobody is even looked at. A connection may hold a whole response in memory, and no client needs many. */
const MOST_CONNECTIONS = 32
/** For each invocation of those that run side by side: to ask for it, and to stream its response. */
const CONNECTIONS_EACH = 2

export async function openRuntimeDoor(
  sandbox: Pick<Sandbox, 'owns' | 'network'>,
  maxConcurrency = 0,
): Promise<RuntimeDoor> {
  const sockets = new Set<Socket>()
  let session: Session | undefined
  const server = createServer({ pauseOnConnect: true, noDelay: true }, async (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    const wanted = session
    const isOurs = await sandbox.owns(() => findPeer(socket))
    if (!isOurs || wanted === undefined || wanted !== session) return socket.destroy()
    serveRuntime(socket, wanted)
    socket.resume()
  })
  server.maxConnections = MOST_CONNECTIONS + CONNECTIONS_EACH * maxConcurrency
  const place = sandbox.network?.listener ?? { host: '127.0.0.1', port: 0 }
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(place, resolve))
  server.unref()
  const address = server.address()
  const hangUp = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    address: `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    leadTo(next) {
      hangUp()
      session = next
    },
    close() {
      server.close()
      hangUp()
    },
  }
}
