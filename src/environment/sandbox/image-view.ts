import { existsSync, readdirSync } from 'node:fs'
import { IMAGE_PRELOAD } from '#resources'
import type { EnteringPrograms, HostProgram } from '../images/host-programs.ts'
import { checkMountPoints, hasPreload, saysNothing } from '../images/mount-points.ts'
import { bindOrLink, isBelow } from './bubblewrap/host-view.ts'
import { maskedPaths } from './masked-paths.ts'
import type { SandboxImage, SandboxPaths, SandboxSpec } from './sandbox.ts'

/**
 * The image's root file system lies below the host's view until all rights are given up: programs that have some must not
 * meet what the image's maker has put where loaders and name services look.
 */
const ROOT = '/run/lambent/root'
/** As the image's processes see it: our programs, their libraries, and the variables. */
const OURS = '/run/lambent'

interface Files {
  readonly environment: number
  readonly passwd: number
  readonly group: number
  readonly hosts: number
}

export interface ImageParts {
  readonly image: SandboxImage
  readonly programs: EnteringPrograms
}

/** Arguments of bubblewrap that put the image below the host's view. `files` are the descriptors to read them from. */
export function imageView(
  { image, programs }: ImageParts,
  spec: SandboxSpec,
  paths: SandboxPaths,
  files: Files,
  temporary: readonly string[],
): string[] {
  const { fileSystems } = spec
  checkMountPoints(image, fileSystems.length > 0)
  const place = (name: string) => `${saysNothing(image.directory, name) ? ROOT : ''}/${name}`
  const data = (descriptor: number, path: string) => [
    ...['--perms', '0444', path.startsWith(ROOT) ? '--ro-bind-data' : '--file', String(descriptor), path],
  ]
  return [
    ...['--perms', '0755', '--dir', '/run', '--perms', '0755', '--dir', OURS, '--perms', '0755', '--dir', ROOT],
    ...['--ro-bind', image.directory, ROOT, '--proc', `${ROOT}/proc`, ...maskedPaths(ROOT)],
    ...['--dev', `${ROOT}/dev`],
    ...[...temporary, `${ROOT}/tmp`],
    ...data(files.passwd, place('etc/passwd')),
    ...data(files.group, place('etc/group')),
    ...data(files.hosts, `${ROOT}/etc/hosts`),
    ...(existsSync('/etc/resolv.conf') ? ['--ro-bind', '/etc/resolv.conf', `${ROOT}/etc/resolv.conf`] : []),
    ...(hasPreload(image.directory) ? ['--ro-bind', '/dev/null', `${ROOT}/${IMAGE_PRELOAD}`] : []),
    ...programsView(programs.inside, files.environment),
    ...(image.holdsFunction ? [] : functionView(image, spec, paths)),
    ...mountsView(fileSystems),
    ...['--remount-ro', `${ROOT}/dev`, '--remount-ro', '/dev', '--remount-ro', '/'],
  ]
}

function programsView(programs: readonly HostProgram[], environment: number): string[] {
  const place = `${ROOT}${OURS}`
  const libraries = new Map(programs.flatMap((program) => program.libraries.map(({ name, path }) => [name, path])))
  return [
    ...['--perms', '0755', '--tmpfs', place, '--perms', '0755', '--dir', `${place}/lib`],
    ...[...libraries].flatMap(([name, path]) => ['--ro-bind', path, `${place}/lib/${name}`]),
    ...programs.flatMap(({ name, executable }) => ['--ro-bind', executable, `${place}/${name}`]),
    ...['--perms', '0444', '--file', String(environment), `${place}/environment`, '--remount-ro', place],
  ]
}

/** Of a runtime's image: what is the function's, and our client unless the image has one. */
function functionView(image: SandboxImage, spec: SandboxSpec, paths: SandboxPaths): string[] {
  const { codeDirectory, layersDirectory, clientDirectory, interpreter } = spec
  return [
    ...['--ro-bind', codeDirectory, `${ROOT}${paths.task}`],
    ...(clientDirectory === undefined ? [] : ['--ro-bind', clientDirectory, `${ROOT}${paths.runtime}`]),
    ...(layersDirectory === undefined
      ? []
      : layersView(image, layersDirectory, paths.layers, interpreter?.executable ?? '')),
  ]
}

/** An image may keep its interpreter below `/opt`; its directory goes before one of a layer then. */
function layersView({ directory }: SandboxImage, layers: string, place: string, executable: string): string[] {
  if (!isBelow(executable, place)) return ['--ro-bind', layers, `${ROOT}${place}`]
  const [taken = ''] = executable.slice(place.length + 1).split('/')
  const names = readdirSync(layers).filter((name) => name !== taken)
  return [
    ...['--perms', '0755', '--tmpfs', `${ROOT}${place}`],
    ...bindOrLink(`${directory}${place}/${taken}`, `${ROOT}${place}/${taken}`),
    ...names.flatMap((name) => bindOrLink(`${layers}/${name}`, `${ROOT}${place}/${name}`)),
    ...['--remount-ro', `${ROOT}${place}`],
  ]
}

/** Lambda mounts file systems below `/mnt` only. */
function mountsView(fileSystems: SandboxSpec['fileSystems']): string[] {
  if (fileSystems.length === 0) return []
  const mounts = fileSystems.flatMap(({ directory, mountPath }) => [
    ...['--perms', '0755', '--dir', `${ROOT}${mountPath}`, '--bind', directory, `${ROOT}${mountPath}`],
  ])
  return ['--perms', '0755', '--tmpfs', `${ROOT}/mnt`, ...mounts, '--remount-ro', `${ROOT}/mnt`]
}

/** Entering the image takes this one right, which is given up inside. */
export const ENTERING_RIGHT = 'sys_chroot'

/** The command line that enters the image and runs `script` there, with `parameters` from `$0` on. */
export function enterImage(
  { programs, image }: ImageParts,
  script: string,
  [program, ...parameters]: readonly string[],
): string[] {
  const [setpriv, shell] = programs.inside.map(hostCommand)
  return [
    ...[programs.chroot, ROOT],
    ...[...(setpriv ?? []), '--inh-caps=-all', '--ambient-caps=-all', '--'],
    ...[...(shell ?? []), '-c', `cd -- "$1" || exit; shift; unset OLDPWD; ${script}`],
    ...[program ?? '', image.workingDirectory, ...parameters],
  ]
}

function hostCommand({ name, loader }: HostProgram): string[] {
  const program = `${OURS}/${name}`
  return loader === undefined ? [program] : [`${OURS}/lib/${loader}`, '--library-path', `${OURS}/lib`, program]
}
