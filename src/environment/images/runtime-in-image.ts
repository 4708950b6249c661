import { posix } from 'node:path'
import { HOST_ARCHITECTURE, IMAGE_BOOTSTRAP } from '#resources'
import type { ContainerImage, RuntimeRoot } from '../environment-spec.ts'
import { LANGUAGES } from '../runtimes/languages.ts'
import { findFault } from '../runtimes/program-file.ts'
import { type Interpreted, isInterpreted, parseRuntime } from '../runtimes/runtime.ts'
import { isBelow } from '../sandbox/bubblewrap/host-view.ts'
import type { SandboxTechnique } from '../sandbox/sandbox.ts'
import { findInPath, IMAGE_PATH } from './image-program.ts'
import { outputInImage } from './output-in-image.ts'

/** Why an image is of no use to a runtime, as a sentence goes on that begins with the image. */
export interface RuntimeFault {
  readonly fault: string
}

/** What is mounted over an image; layers go beside what it has below `/opt`. */
const COVERED = ['/var/task', '/var/runtime', '/tmp', '/run/lambent', '/proc', '/dev']

const NO_BOOTSTRAP = 'no such file or directory'

/** What would run functions of a runtime: the image's own client; else ours, with the interpreter on the image's PATH. */
export async function findRuntimeInImage(
  technique: SandboxTechnique,
  identifier: string,
  image: ContainerImage,
): Promise<RuntimeRoot | RuntimeFault> {
  const runtime = parseRuntime(identifier)
  const root = { directory: image.directory, variables: image.variables }
  // These bring their own bootstrap, and take no more than the files around it.
  if (runtime === undefined || runtime.family === 'provided') return root
  const fault = await findFault({ codeDirectory: image.directory, image }, IMAGE_BOOTSTRAP)
  if (fault === undefined) return root
  if (fault === 'exec format error') return { fault: `holds programs that are not for ${HOST_ARCHITECTURE}` }
  if (fault !== NO_BOOTSTRAP) return { fault: `has a ${IMAGE_BOOTSTRAP} that cannot be run: ${fault}` }
  if (!isInterpreted(runtime))
    return { fault: `has no ${IMAGE_BOOTSTRAP}, without which ${identifier} cannot be run here` }
  const found = await findInterpreter(technique, runtime, image)
  return 'fault' in found ? found : { ...root, ...found }
}

/** What an interpreter says of its place is only believed when one is there. */
const isProgram = async (image: ContainerImage, path: string): Promise<boolean> =>
  posix.resolve('/', path) === path && (await findFault({ codeDirectory: image.directory, image }, path)) === undefined

async function findInterpreter(
  technique: SandboxTechnique,
  { family, version, identifier }: Interpreted,
  image: ContainerImage,
): Promise<Pick<Required<RuntimeRoot>, 'interpreter'> | RuntimeFault> {
  const { name, probe, namesOf } = LANGUAGES[family]
  const { PATH = IMAGE_PATH } = image.variables
  let other: string | undefined
  for (const candidate of namesOf(version)) {
    const program = await findInPath({ image, codeDirectory: image.directory, variables: {} }, candidate)
    if (program === undefined) continue
    const fault = await findFault({ codeDirectory: image.directory, image }, program)
    if (fault === 'exec format error') return { fault: `holds programs that are not for ${HOST_ARCHITECTURE}` }
    const found = probe.read(await outputInImage(technique, image, [program, ...probe.parameters]))
    if (found?.version === version) {
      const interpreter = (await isProgram(image, found.executable)) ? found.executable : posix.resolve('/', program)
      const isCovered = COVERED.some((place) => isBelow(interpreter, place))
      return isCovered
        ? { fault: `keeps its interpreter at ${interpreter}, where functions have something else` }
        : { interpreter }
    }
    other ??= found && `${name} ${found.fullVersion}`
  }
  const instead = other === undefined ? '' : `, but ${other}`
  return {
    fault: `has neither ${IMAGE_BOOTSTRAP} nor an interpreter for ${identifier} on its PATH (${PATH})${instead}`,
  }
}
