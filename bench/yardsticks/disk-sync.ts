import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { samplesOf } from '../samples.ts'

const PAGE_BYTES = 4096
const WRITES = 200

/** The disk's own write and fdatasync of so much at the end of a file in this directory: the median in milliseconds. */
export function timeDiskSync(directory: string, bytes = PAGE_BYTES, writes = WRITES): number {
  const path = join(directory, 'disk-sync')
  const file = openSync(path, 'w')
  const block = Buffer.alloc(bytes, 'x')
  try {
    return samplesOf(Array.from({ length: writes }, () => timeWrite(file, block))).median
  } finally {
    closeSync(file)
    rmSync(path)
  }
}

function timeWrite(file: number, block: Buffer): number {
  const startedMs = performance.now()
  writeSync(file, block)
  fdatasyncSync(file)
  return performance.now() - startedMs
}
