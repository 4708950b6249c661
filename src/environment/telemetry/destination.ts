import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { findListener } from '../sandbox/socket-holder.ts'
import type { Destination } from './subscription.ts'

/** One way into the environment. */
export interface Channel {
  /** Rejects when the batch has not been taken. */
  send(events: readonly string[]): Promise<void>
  close(): void
}

/** Where a process of the environment listens, if one does; else rejects. */
export type Dial = (port: number) => Promise<Socket>

export const openChannel = (destination: Destination, dial: Dial): Channel =>
  destination.protocol === 'HTTP' ? openHttp(destination, dial) : openTcp(destination.port, dial)

/** Batches as JSON lists, to be acknowledged by any status of success. */
function openHttp({ host, port, path }: Destination & { protocol: 'HTTP' }, dial: Dial): Channel {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  agent.createConnection = (_options, done) => {
    dial(port).then(
      (socket) => done?.(null, socket),
      (error) => done?.(error, undefined as never),
    )
    return undefined
  }

  function send(events: readonly string[]): Promise<void> {
    const body = Buffer.from(`[${events.join(',')}]`)
    const headers = { Host: host, 'Content-Type': 'application/json', 'Content-Length': body.length }
    return new Promise((resolve, reject) => {
      const call = request({ agent, method: 'POST', path, headers }, (answer) => {
        answer.on('error', reject).resume()
        answer.on('end', () => {
          const status = answer.statusCode ?? 0
          if (status >= 200 && status < 300) resolve()
          else reject(new Error(`answered with ${status}`))
        })
      })
      call.on('error', reject)
      call.end(body)
    })
  }

  return { send, close: () => agent.destroy() }
}

/** One event on a line; the kernel's taking it is all the acknowledgement there is. */
function openTcp(port: number, dial: Dial): Channel {
  let connection: Promise<Socket> | undefined

  function connected(): Promise<Socket> {
    connection ??= dial(port).then((socket) => {
      const forget = () => {
        connection = undefined
        socket.destroy()
      }
      return socket.on('error', forget).on('close', forget).resume()
    })
    connection.catch(() => {
      connection = undefined
    })
    return connection
  }

  return {
    async send(events) {
      const socket = await connected()
      await new Promise<void>((resolve, reject) => {
        socket.write(`${events.join('\n')}\n`, (error) => (error ? reject(error) : resolve()))
      })
    },
    close: () => void connection?.then((socket) => socket.destroy()).catch(() => {}),
  }
}

/** Only processes of the environment are talked to: others could listen at the port just as well. */
export const dialSandbox =
  (sandbox: Pick<Sandbox, 'loopback' | 'owns' | 'network'>): Dial =>
  async (port) => {
    if (sandbox.network !== undefined) return sandbox.network.dial(sandbox.loopback, port)
    const isOurs = await sandbox.owns(() => findListener(sandbox.loopback, port))
    if (!isOurs) throw new Error(`no process of the environment listens at port ${port}`)
    const socket = connect({ host: sandbox.loopback, port, noDelay: true })
    await once(socket, 'connect')
    return socket
  }
