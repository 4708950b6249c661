import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'

/**
 * The user id that owns the other end of a loopback connection, or undefined when the kernel does not say. The owner of
 * a socket is whoever created it, so a process cannot pretend to be another one's.
 */
export async function findPeerUser({ remotePort, localPort }: Socket): Promise<number | undefined> {
  if (remotePort === undefined || localPort === undefined) return undefined
  // A client with a dual-stack socket shows up in the second table, as ::ffff:127.0.0.1.
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const user = findOwner(await readFile(table, 'latin1').catch(() => ''), remotePort, localPort)
    if (user !== undefined) return user
  }
  return undefined
}

/** Columns: number, local address, remote address, state, queues, timer, retransmits, user, ... Addresses end in `:PORT`. */
export function findOwner(table: string, fromPort: number, toPort: number): number | undefined {
  const from = `${LOOPBACK}${hexPort(fromPort)}`
  const to = `${LOOPBACK}${hexPort(toPort)}`
  for (const line of table.split('\n')) {
    if (!line.includes(from)) continue
    const [, local, remote, state, , , , user] = line.trim().split(/\s+/)
    // Only established connections: a socket without a process is listed as owned by root.
    if (local?.endsWith(from) && remote?.endsWith(to) && state === '01') return Number(user)
  }
  return undefined
}

const LOOPBACK = '0100007F:'
const hexPort = (port: number) => port.toString(16).toUpperCase().padStart(4, '0')
