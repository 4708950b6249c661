import { connect } from 'node:net'

let counter

// A byte for each event, to whoever counts; nobody waits for anything.
export const handler = async ({ port }) => {
  counter ??= connect(port, '127.0.0.1')
  counter.write('.')
}
