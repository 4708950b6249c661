import { connect, createServer } from 'node:net'

// Runs for a moment inside an environment's network, and hands what it opens there to the server:
// `listen HOST PORT` a listening socket, `connect HOST PORT` a connection.

const [what, host, port] = process.argv.slice(2)
const address = { host, port: Number(port) }
const opened = what === 'listen' ? createServer().listen(address, handOver) : connect(address, handOver)
opened.on('error', (error) => process.send?.({ error: error.message }))
process.on('disconnect', () => process.exit())

function handOver(): void {
  process.send?.({ pid: process.pid }, opened)
}
