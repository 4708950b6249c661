import { readFile } from 'node:fs/promises'
import { NotAZip, UnsafeZip, UnzippedTooLarge } from '../errors.ts'
import { answerRequests } from '../thread.ts'
import { mergeDirectories } from './merge-directories.ts'
import { measureZip, unpackZip } from './unpack-zip.ts'

/** `merge` lays unpacked directories over each other, `measure` tells how many bytes an archive unpacks to. */
export type UnpackRequest =
  | { readonly task: 'unpack'; readonly file: string; readonly directory: string }
  | { readonly task: 'merge'; readonly sources: readonly string[]; readonly directory: string }
  | { readonly task: 'measure'; readonly file: string }

/** An error's class does not survive the way between threads, its name does. */
export type UnpackReply =
  | { readonly bytes: number | undefined }
  | { readonly refused: RefusalName; readonly message: string }

export type RefusalName = 'NotAZip' | 'UnsafeZip' | 'UnzippedTooLarge'

/** Unpacking inflates and makes thousands of files: not where invocations are dispatched. */
answerRequests<UnpackRequest, UnpackReply>(async (request) => {
  try {
    return { reply: { bytes: await perform(request) } }
  } catch (error) {
    const isRefusal = error instanceof NotAZip || error instanceof UnsafeZip || error instanceof UnzippedTooLarge
    if (!isRefusal) throw error
    return {
      reply: { refused: error.name, message: error.cause instanceof Error ? error.cause.message : error.message },
    }
  }
})

async function perform(request: UnpackRequest): Promise<number | undefined> {
  if (request.task === 'measure') return measureZip(request.file)
  if (request.task === 'merge') mergeDirectories(request.sources, request.directory)
  else await unpackZip(await readFile(request.file), request.directory)
  return undefined
}
