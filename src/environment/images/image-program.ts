import { posix } from 'node:path'
import type { ContainerImage, EnvironmentSpec } from '../environment-spec.ts'
import {
  noEntryPoint,
  notInPath,
  noWorkingDirectory,
  type PlatformFailure,
  unusableProgram,
} from '../function-errors.ts'
import { findFault, hostPath, statusOf } from '../runtimes/program-file.ts'

/** What container engines use where an image does not say. */
export const IMAGE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

type Seen = Pick<EnvironmentSpec, 'codeDirectory' | 'variables'> & { readonly image: ContainerImage }

/** Program and arguments of an image, or why they cannot be started. */
export async function findImageProgram(spec: Seen): Promise<readonly [string, ...string[]] | PlatformFailure> {
  const { image } = spec
  const { workingDirectory } = image
  const [name, ...parameters] = [...image.entryPoint, ...image.command]
  if (!name) return noEntryPoint
  if (!(await statusAt(spec, workingDirectory))?.isDirectory()) return noWorkingDirectory(workingDirectory)
  const program = name.includes('/') ? posix.resolve('/', workingDirectory, name) : await findInPath(spec, name)
  if (program === undefined) return notInPath(name)
  const fault = await findFault(spec, program)
  return fault === undefined ? [program, ...parameters] : unusableProgram(program, fault)
}

export async function findInPath(spec: Seen, name: string): Promise<string | undefined> {
  const path = spec.variables.PATH ?? spec.image.variables.PATH ?? IMAGE_PATH
  for (const directory of path.split(':')) {
    const candidate = `${directory}/${name}`
    const status = directory === '' ? undefined : await statusAt(spec, candidate)
    if (status?.isFile() && (status.mode & 0o111) !== 0) return candidate
  }
  return undefined
}

const statusAt = async (spec: Seen, path: string) => statusOf(await hostPath(spec, path))
