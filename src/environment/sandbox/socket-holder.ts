import { readdir, readFile, readlink } from 'node:fs/promises'
import type { Socket } from 'node:net'

/** Whose a TCP socket of this host is, as the kernel tells. */
export interface SocketHolder {
  /** The user who created it, so a process cannot pretend to be another one's. */
  readonly user: number
  readonly inode: string
}

/** Who holds the other end of a loopback connection; undefined when the kernel does not say. */
export async function findPeer({ remotePort, localPort }: Socket): Promise<SocketHolder | undefined> {
  if (remotePort === undefined || localPort === undefined) return undefined
  return (await freshTables()).get(`${hexPort(remotePort)} ${hexPort(localPort)}`)
}

/** Who listens at this address of the loopback interface, or at all addresses. */
export async function findListener(host: string, port: number): Promise<SocketHolder | undefined> {
  const tables = await freshTables()
  return tables.get(`${hexHost(host)} ${hexPort(port)}`) ?? tables.get(`${ANY} ${hexPort(port)}`)
}

/** Connections by their two ports, listeners by address and port. */
type Tables = ReadonlyMap<string, SocketHolder>
let reading: Promise<Tables> | undefined
let next: Promise<Tables> | undefined

/** Whoever asks while the tables are read is answered by the next reading, together with all others. */
function freshTables(): Promise<Tables> {
  next ??= (reading ?? Promise.resolve()).then(() => {
    reading = next
    next = undefined
    return readTables()
  })
  return next
}

async function readTables(): Promise<Tables> {
  // A client with a dual-stack socket shows up in the second table, as ::ffff:127.0.0.1.
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'latin1').catch(() => ''))
  return new Map((await Promise.all(tables)).flatMap((table) => [...readSockets(table)]))
}

/**
 * Connections of the loopback interface, and listeners. Columns of a table: number, local address, remote address, state,
 * queues, timer, retransmits, user, timeout, inode, ... Addresses end in `:PORT`.
 */
export function* readSockets(table: string): Generator<[name: string, holder: SocketHolder]> {
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', state, , , , user, , inode = ''] = line.trim().split(/\s+/)
    const holder = { user: Number(user), inode }
    // Others are without a process, and then listed as owned by root.
    if (state === LISTENING) yield [`${local.slice(-13, -5)} ${local.slice(-4)}`, holder]
    else if (state === ESTABLISHED && LOOPBACK.test(local) && LOOPBACK.test(remote))
      yield [`${local.slice(-4)} ${remote.slice(-4)}`, holder]
  }
}

const ESTABLISHED = '01'
const LISTENING = '0A'
const LOOPBACK = /0100007F:[0-9A-F]{4}$/
const ANY = '00000000'
const hexPort = (port: number) => port.toString(16).toUpperCase().padStart(4, '0')
/** The kernel prints addresses as the processor reads them, here from the last part to the first. */
const hexHost = (host: string) =>
  host
    .split('.')
    .reverse()
    .map((part) => Number(part).toString(16).toUpperCase().padStart(2, '0'))
    .join('')

/** Whether one of the processes, or of those that descend from them, holds the socket. */
export async function isHeldBelow(roots: readonly number[], { inode }: SocketHolder): Promise<boolean> {
  const wanted = `socket:[${inode}]`
  const pids = [...roots]
  for (const pid of pids) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
    const targets = descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => ''))
    if ((await Promise.all(targets)).includes(wanted)) return true
    pids.push(...(await childrenOf(pid)))
  }
  return false
}

/** Of all its threads. */
export async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => [])
  const lists = threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'latin1').catch(() => ''))
  return (await Promise.all(lists)).flatMap((list) => list.split(' ').filter(Boolean).map(Number))
}
