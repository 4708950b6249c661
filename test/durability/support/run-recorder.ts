import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** One run of an event by the function `report-node`. */
export interface Run {
  /** Which of the servers, that follow one another, ran it. */
  readonly life: number
  /** How many runs that server had before. */
  readonly position: number
}

/** Somebody outside whom functions tell that an event runs, and who decides how it ends. */
export interface RunRecorder {
  readonly port: number
  readonly runs: ReadonlyMap<string, readonly Run[]>
  /** Runs that were told to fail, in all. */
  readonly failures: number
  /** Runs of the current life. */
  readonly runsOfLife: number
  readonly life: number
  beginLife(): void
  /** Runs of one life, by its number. */
  lengthOf(life: number): number
  [Symbol.dispose](): void
}

// A program that knew the port as somebody else's says something else.
const ID = /^[\w -]+$/

/** `failuresOf` tells of an id how many of its runs are to fail before one succeeds. */
export async function startRunRecorder(failuresOf: (id: string) => number): Promise<RunRecorder> {
  const runs = new Map<string, Run[]>()
  const lengths = [0]
  const sockets = new Set<Socket>()
  let failures = 0
  const runsOfLife = () => lengths.at(-1) ?? 0

  function record(id: string): string {
    const earlier = runs.get(id) ?? []
    runs.set(id, [...earlier, { life: lengths.length - 1, position: runsOfLife() }])
    lengths[lengths.length - 1] = runsOfLife() + 1
    if (earlier.length >= failuresOf(id)) return 'succeed'
    failures++
    return 'fail'
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    let begun = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      const lines = (begun + chunk).split('\n')
      begun = lines.pop() ?? ''
      for (const id of lines) {
        if (!ID.test(id)) return socket.destroy()
        socket.write(record(id))
      }
    })
    // The environment at the other end is killed together with its server.
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    runs,
    get failures() {
      return failures
    },
    get runsOfLife() {
      return runsOfLife()
    },
    get life() {
      return lengths.length - 1
    },
    beginLife: () => {
      lengths.push(0)
    },
    lengthOf: (life) => lengths[life] ?? 0,
    [Symbol.dispose]: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
