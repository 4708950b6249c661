import { once } from 'node:events'

const PART = Buffer.alloc(64 * 1024)

/** Writes when it writes, by the clock that all processes of the machine share; or so many MiB. */
export const handler = globalThis.awslambda.streamifyResponse(async ({ mib }, stream) => {
  if (mib === undefined) stream.write(`written at ${process.hrtime.bigint()}`)
  else
    for (let part = 0; part < mib * 16; part++) {
      if (!stream.write(PART)) await once(stream, 'drain')
    }
  stream.end()
})
