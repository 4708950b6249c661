import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, statfsSync, writeSync } from 'node:fs'

const PIECE = Buffer.alloc(1024 * 1024)
// Commits that came meanwhile go between two pieces.
const PAUSE_MS = 10
// Only where there is plenty of room: on a disk that is nearly full, others need it more.
const TIMES_THE_ROOM = 4

/**
 * Makes a write-ahead log this long with zeros at its end, which SQLite takes for no frames, piece by piece. A commit that
 * overwrites takes half as long as one that makes the file longer: the file system has nothing of its own to write. Where
 * there is little room, the log grows as it is needed. To be called on the thread that commits.
 */
export function fillLog(file: string, bytes: number): void {
  try {
    const { bavail, bsize } = statfsSync(file)
    if (bavail * bsize < TIMES_THE_ROOM * bytes) return
    if (lengthen(file, bytes)) setTimeout(() => fillLog(file, bytes), PAUSE_MS).unref()
  } catch {
    // Everything works without, only slower.
  }
}

/** By a piece at most; tells whether more is to come. */
function lengthen(file: string, bytes: number): boolean {
  const log = openSync(file, 'r+')
  try {
    const { size } = fstatSync(log)
    if (size < bytes) addPiece(log, size, Math.min(PIECE.length, bytes - size))
    return size + PIECE.length < bytes
  } finally {
    closeSync(log)
  }
}

function addPiece(log: number, at: number, length: number): void {
  try {
    writeSync(log, PIECE, 0, length, at)
    fdatasyncSync(log)
  } catch (error) {
    ftruncateSync(log, at)
    throw error
  }
}
