import { readFile } from 'node:fs/promises'
import { NotAZip, UnsafeZip, UnzippedTooLarge } from '../errors.ts'
import { answerRequests } from '../thread.ts'
import { unpackZip } from './unpack-zip.ts'

export interface UnpackRequest {
  readonly file: string
  readonly directory: string
}

/** Undefined when it went well. An error's class does not survive the way between threads, its name does. */
export type UnpackReply = { readonly refused: RefusalName; readonly message: string } | undefined

export type RefusalName = 'NotAZip' | 'UnsafeZip' | 'UnzippedTooLarge'

/** Unpacking inflates and makes thousands of files: not where invocations are dispatched. */
answerRequests<UnpackRequest, UnpackReply>(async ({ file, directory }) => {
  try {
    await unpackZip(await readFile(file), directory)
    return { reply: undefined }
  } catch (error) {
    const isRefusal = error instanceof NotAZip || error instanceof UnsafeZip || error instanceof UnzippedTooLarge
    if (!isRefusal) throw error
    return {
      reply: { refused: error.name, message: error.cause instanceof Error ? error.cause.message : error.message },
    }
  }
})
