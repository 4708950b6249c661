import { createPrivateNetwork, type PrivateNetwork } from './private-network.ts'

/** Networks for environments, some of them made ahead. */
export interface PrivateNetworks {
  take(): Promise<PrivateNetwork>
  close(): Promise<void>
}

/** Making one takes a start of Node.js, so some are ready: enough for a small burst of cold starts. */
const READY = 3

/** Rejects where they cannot be made, so that the server says so when it starts. */
export async function openPrivateNetworks(): Promise<PrivateNetworks> {
  const ready: Promise<PrivateNetwork>[] = [createPrivateNetwork()]
  await ready[0]?.catch((error) => {
    throw new Error(`--network none does not work on this machine: ${error.message}`)
  })
  /** One after the other, so that making ahead does not compete with the cold starts it is for. */
  let making: Promise<unknown> = Promise.resolve()
  let isClosed = false

  function refill(): void {
    while (!isClosed && ready.length < READY) {
      const next = making.then(createPrivateNetwork)
      making = next.catch(() => {
        const index = ready.indexOf(next)
        if (index >= 0) ready.splice(index, 1)
      })
      ready.push(next)
    }
  }

  refill()
  return {
    async take() {
      const network = await (ready.shift() ?? createPrivateNetwork())
      setImmediate(refill)
      return network
    },
    async close() {
      isClosed = true
      const made = await Promise.allSettled(ready.splice(0))
      for (const result of made) if (result.status === 'fulfilled') result.value.close()
    },
  }
}
