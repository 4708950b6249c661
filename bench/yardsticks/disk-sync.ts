import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { samplesOf } from '../samples.ts'

const PAGE = Buffer.alloc(4096, 'x')
const WRITES = 200

/** The disk's own write and fdatasync of 4 KiB at the end of a file in this directory: the median in milliseconds. */
export function timeDiskSync(directory: string): number {
  const path = join(directory, 'disk-sync')
  const file = openSync(path, 'w')
  try {
    return samplesOf(Array.from({ length: WRITES }, () => timeWrite(file))).median
  } finally {
    closeSync(file)
    rmSync(path)
  }
}

function timeWrite(file: number): number {
  const startedMs = performance.now()
  writeSync(file, PAGE)
  fdatasyncSync(file)
  return performance.now() - startedMs
}
