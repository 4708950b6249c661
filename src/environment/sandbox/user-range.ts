import { createServer, type Server } from 'node:net'

/** User ids for environments: a block that no other server on this host uses, handed out in rotation. */
export interface UserRange {
  take(): number
  giveBack(user: number): void
  close(): void
}

const FIRST_USER = 0x10000
const BLOCK_SIZE = 4096
const BLOCKS = 1024

/**
 * A block is claimed by an abstract unix socket: the kernel lets only one process have the name, and frees it when that
 * process dies, however it dies.
 */
export async function claimUserRange(): Promise<UserRange> {
  for (let block = 0; block < BLOCKS; block++) {
    const claim = await tryListen(`\0lambent-users-${block}`)
    if (claim) return rotate(FIRST_USER + block * BLOCK_SIZE, claim)
  }
  throw new Error(`all ${BLOCKS} blocks of user ids for environments are taken`)
}

function rotate(first: number, claim: Server): UserRange {
  // Longest unused first, so that nothing left of an ended environment can be mistaken for the next one.
  const free = Array.from({ length: BLOCK_SIZE }, (_, index) => first + index)
  return {
    take() {
      const user = free.shift()
      if (user === undefined) throw new Error(`more than ${BLOCK_SIZE} execution environments on one server`)
      return user
    },
    giveBack: (user) => void free.push(user),
    close: () => void claim.close(),
  }
}

function tryListen(name: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', () => resolve(undefined))
    server.listen(name, () => {
      server.unref()
      resolve(server)
    })
  })
}
