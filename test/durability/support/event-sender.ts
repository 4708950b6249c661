import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { signRequest } from '#auth'
import { REGION, type TestServer } from '../../support/server.ts'

export interface EventToSend {
  readonly id: string
  readonly functionName: string
  readonly body: string
}

/** Sends events over many connections to one server after the other, and keeps what became of each. */
export interface EventSender {
  /** Of the events that were answered with 202. */
  readonly acknowledged: ReadonlySet<string>
  /** Of the events that were answered otherwise, with the status. */
  readonly refused: ReadonlyMap<string, number>
  /** Sends until the server is gone, or until `isEnough`. The server's clock is `aheadMs` ahead. */
  sendTo(server: TestServer, aheadMs: number, isEnough?: () => boolean): Promise<void>
}

/** Each sends one event at a time. */
export const CONNECTIONS = 32
const PAUSE_MS = 5

/** `next` makes an event; undefined when enough of them are waiting. */
export function createEventSender(next: () => EventToSend | undefined): EventSender {
  const acknowledged = new Set<string>()
  const refused = new Map<string, number>()

  async function keepSending(server: TestServer, agent: Agent, aheadMs: number, isEnough: () => boolean) {
    while (!isEnough()) {
      const event = next()
      if (!event) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
        if (server.process.signalCode !== null) return
        continue
      }
      const status = await send(server, agent, event, aheadMs).catch(() => undefined)
      // Killed while the event was under way: nobody knows whether it was accepted.
      if (status === undefined) return
      if (status === 202) acknowledged.add(event.id)
      else refused.set(event.id, status)
    }
  }

  return {
    acknowledged,
    refused,
    async sendTo(server, aheadMs, isEnough = () => false) {
      const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
      await Promise.all(Array.from({ length: CONNECTIONS }, () => keepSending(server, agent, aheadMs, isEnough)))
      agent.destroy()
    },
  }
}

function send(server: TestServer, agent: Agent, event: EventToSend, aheadMs: number): Promise<number> {
  const rawPath = `/2015-03-31/functions/${event.functionName}/invocations`
  const { host, hostname, port } = new URL(server.url)
  const body = Buffer.from(event.body)
  const headers = { host, 'content-length': String(body.length), 'x-amz-invocation-type': 'Event' }
  const scope = { region: REGION, service: 'lambda' }
  const signed = signRequest(
    { method: 'POST', rawPath, headers, body },
    server.credentials,
    scope,
    Date.now() + aheadMs,
  )
  const outgoing = request({ agent, hostname, port, method: 'POST', path: rawPath, headers: signed })
  outgoing.end(body)
  return statusOf(outgoing)
}

const statusOf = (outgoing: ClientRequest): Promise<number> =>
  new Promise((resolve, reject) => {
    outgoing.on('error', reject)
    outgoing.on('response', (incoming: IncomingMessage) => {
      incoming.on('error', reject)
      incoming.on('end', () => resolve(incoming.statusCode ?? 0))
      incoming.resume()
    })
  })
