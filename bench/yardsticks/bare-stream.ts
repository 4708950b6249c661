import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'

// The yardstick of response streaming, a program of its own: the same handler writes straight to the client.
// usage: bare-stream.ts HANDLER_FILE; prints its URL.

type Handler = (event: unknown, stream: NodeJS.WritableStream) => Promise<void>
Object.assign(globalThis, { awslambda: { streamifyResponse: (handler: Handler) => handler } })
const { handler } = (await import(pathToFileURL(process.argv[2] ?? '').href)) as { handler: Handler }

const server = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = []
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
  incoming.on('end', () => void handler(JSON.parse(Buffer.concat(chunks).toString()), outgoing))
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
