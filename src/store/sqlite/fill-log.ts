import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, statfsSync, writeSync } from 'node:fs'

const PIECE = Buffer.alloc(1024 * 1024)
// Only where there is plenty of room: on a disk that is nearly full, others need it more.
const TIMES_THE_ROOM = 4

/**
 * Makes a write-ahead log this long with zeros at its end, which SQLite takes for no frames. A commit that overwrites
 * takes half as long as one that makes the file longer: the file system has nothing of its own to write. Where there is
 * little room, the log grows as it is needed. To be called on the thread that commits.
 */
export function fillLog(file: string, bytes: number): void {
  try {
    const { bavail, bsize } = statfsSync(file)
    if (bavail * bsize >= TIMES_THE_ROOM * bytes) lengthen(file, bytes)
  } catch {
    // Everything works without, only slower.
  }
}

function lengthen(file: string, bytes: number): void {
  const log = openSync(file, 'r+')
  const { size } = fstatSync(log)
  try {
    for (let at = size; at < bytes; at += PIECE.length) writeSync(log, PIECE, 0, Math.min(PIECE.length, bytes - at), at)
    fdatasyncSync(log)
  } catch {
    ftruncateSync(log, size)
  } finally {
    closeSync(log)
  }
}
