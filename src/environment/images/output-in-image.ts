import type { Readable } from 'node:stream'
import type { ContainerImage } from '../environment-spec.ts'
import type { SandboxTechnique } from '../sandbox/sandbox.ts'
import { within } from '../within.ts'
import { IMAGE_PATH } from './image-program.ts'

/** Of something that says who it is; a Java takes a second of a processor. */
const LONGEST_MS = 20_000
/** Of each stream; the rest is not kept. */
const LIMIT_CHARACTERS = 65_536
const ROOM = { memoryMb: 512, ephemeralStorageMb: 512 }

/** The lines that a program of an image prints, wherever to; it has no more rights than a function. None when it fails. */
export async function outputInImage(
  technique: SandboxTechnique,
  image: ContainerImage,
  [program = '', ...parameters]: readonly string[],
): Promise<readonly string[]> {
  const sandbox = await technique.create({
    ...ROOM,
    codeDirectory: image.directory,
    layersDirectory: undefined,
    fileSystems: [],
    image: { directory: image.directory, workingDirectory: '/', holdsFunction: true },
    clientDirectory: undefined,
    interpreter: undefined,
  })
  try {
    const variables = { PATH: IMAGE_PATH, ...image.variables }
    const command = { program, arguments: parameters, variables, hasRuntimeSocket: false, hasLogPipe: false }
    const { stdout, stderr, exit } = await sandbox.start(command)
    const output = Promise.all([headOf(stdout), headOf(stderr)])
    await within(Promise.all([exit, output]), LONGEST_MS)
    // Whoever has not ended by now says no more, and the streams end.
    sandbox.kill()
    const [said, complained] = await output
    return (await exit).status === 0 ? (said || complained).trim().split('\n') : []
  } finally {
    await sandbox.remove()
  }
}

async function headOf(stream: Readable): Promise<string> {
  let head = ''
  for await (const part of stream) if (head.length < LIMIT_CHARACTERS) head += part
  return head
}
