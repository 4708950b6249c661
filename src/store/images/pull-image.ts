import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from '#base'
import { ImageFault } from '../errors.ts'
import type { ImagePlace } from './image-place.ts'
import { readImageSettings } from './image-settings.ts'
import { umociUnpack } from './image-tools.ts'
import { openToOwner, removeSpecialFiles } from './image-tree.ts'
import { makeMountPoints } from './mount-points.ts'
import { withinSize } from './within-size.ts'

/** In the directory of an image: its files, and what it says of itself. */
export const ROOT = 'rootfs'
export const SETTINGS = 'image.json'

const LAYOUT = 'layout'
/** A registry that sends nothing for so long keeps others waiting. */
const STALL_MS = 60_000
const UNPACK_TIMEOUT_MS = 30 * 60_000
const SYNC_TIMEOUT_MS = 10 * 60_000

interface Pull {
  readonly limitBytes: number
  readonly uri: string
  readonly signal: AbortSignal
  /** Waits until the work may begin. */
  inTurn(work: () => Promise<void>): Promise<void>
}

/** Copies an image into an empty directory and unpacks it there; when this resolves, it survives a power cut. */
export async function pullImage(place: ImagePlace, digest: string, directory: string, pull: Pull): Promise<void> {
  const { limitBytes, uri, signal, inTurn } = pull
  await withinSize(directory, { limitBytes, stallMs: STALL_MS, uri }, (stop) =>
    place.copy(digest, directory, AbortSignal.any([stop, signal])),
  )
  const settings = await readImageSettings(join(directory, LAYOUT)).catch((cause) => {
    throw new ImageFault('unsupported', uri, cause)
  })
  await inTurn(() =>
    withinSize(join(directory, ROOT), { limitBytes, uri }, (stop) =>
      unpack(directory, uri, AbortSignal.any([stop, signal])),
    ),
  )
  const root = join(directory, ROOT)
  for (const finish of [openToOwner, removeSpecialFiles]) await finish(root)
  await makeMountPoints(root, 'function', uri)
  for (const name of [LAYOUT, 'source']) await rm(join(directory, name), { recursive: true, force: true })
  await writeFile(join(directory, SETTINGS), JSON.stringify(settings))
  // All at once: an image has thousands of files.
  await runTool('sync', ['-f', directory], { timeoutMs: SYNC_TIMEOUT_MS })
}

async function unpack(directory: string, uri: string, signal: AbortSignal): Promise<void> {
  try {
    await umociUnpack(`${LAYOUT}:image`, ROOT, { timeoutMs: UNPACK_TIMEOUT_MS, directory, signal })
  } catch (cause) {
    // What stands in the way on this host may pass; layers that cannot be unpacked stay so.
    const mayPass = signal.aborted || /no space left|quota exceeded|input\/output error/i.test(String(cause))
    throw mayPass ? cause : new ImageFault('unsupported', uri, cause)
  }
}
