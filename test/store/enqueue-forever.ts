import { createLog, newUuid, systemClock } from '#base'
import { openStore } from '#store'

/** Enqueues into the given data directory, sixteen at a time, and prints each id once it is acknowledged. */
const { events } = await openStore({ dataDirectory: process.argv[2] ?? '', clock: systemClock, log: createLog() })

async function enqueueForever(): Promise<never> {
  for (;;) {
    const requestId = newUuid()
    const now = Date.now()
    const event = {
      requestId,
      account: '0',
      functionName: 'f',
      payload: Buffer.from('{}'),
      traceHeader: '',
      attempts: 0,
    }
    await events.enqueue({ ...event, acceptedMs: now, dueMs: now })
    process.stdout.write(`${requestId}\n`)
  }
}

await Promise.all(Array.from({ length: 16 }, enqueueForever))
