import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Somebody outside whom functions tell that they have run. */
export interface Recorder {
  urlFor(name: string): string
  /** How often each name was told. */
  readonly told: ReadonlyMap<string, number>
  [Symbol.dispose](): void
}

export async function startRecorder(): Promise<Recorder> {
  const told = new Map<string, number>()
  const server = createServer((request, response) => {
    const name = request.url?.slice(1) ?? ''
    told.set(name, (told.get(name) ?? 0) + 1)
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    told,
    urlFor: (name) => `http://127.0.0.1:${port}/${name}`,
    [Symbol.dispose]: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
