import { readdirSync } from 'node:fs'
import type { InterpreterPlace, SandboxPaths, SandboxSpec } from '../sandbox.ts'
import { FILES_FD } from './child.ts'
import { bindOrLink, isBelow, makeParents } from './host-view.ts'

export const PATHS: SandboxPaths = { task: '/var/task', runtime: '/var/runtime', temporary: '/tmp', layers: '/opt' }

/** What is the function's own among what is seen of the host. */
export function functionView(spec: SandboxSpec, temporaryView: readonly string[]): string[] {
  return [
    ...makeParents('/run/lambent/environment'),
    ...['--perms', '0444', '--file', String(FILES_FD.passwd), '/etc/passwd'],
    ...['--perms', '0444', '--file', String(FILES_FD.group), '/etc/group'],
    ...['--perms', '0444', '--file', String(FILES_FD.hosts), '/etc/hosts'],
    ...['--perms', '0444', '--file', String(FILES_FD.environment), '/run/lambent/environment'],
    ...layersView(spec.layersDirectory, spec.interpreter),
    ...interpreterView(spec.interpreter),
    ...(spec.clientDirectory === undefined ? [] : ['--ro-bind', spec.clientDirectory, PATHS.runtime]),
    ...['--ro-bind', spec.codeDirectory, PATHS.task],
    ...[...temporaryView, '/tmp'],
    ...spec.fileSystems.flatMap(({ directory, mountPath }) => [
      ...makeParents(mountPath),
      ...['--bind', directory, mountPath],
    ]),
    ...['--chdir', PATHS.task, '--remount-ro', '/dev', '--remount-ro', '/'],
  ]
}

/**
 * The layers are `/opt`. Where the host keeps the interpreter below its own `/opt`, which read-only layers could not take
 * in, their parts are brought in one by one, and the interpreter's directory goes before one of a layer.
 */
function layersView(directory: string | undefined, interpreter: InterpreterPlace | undefined): string[] {
  if (directory === undefined) return []
  const prefix = interpreter?.prefix
  if (prefix === undefined || !isBelow(prefix, PATHS.layers)) return ['--ro-bind', directory, PATHS.layers]
  const [taken] = prefix.slice(PATHS.layers.length + 1).split('/')
  return readdirSync(directory)
    .filter((name) => name !== taken)
    .flatMap((name) => bindOrLink(`${directory}/${name}`, `${PATHS.layers}/${name}`))
}

/** A single file at its usual place in Lambda; or a link to where the interpreter lives on the host, with its library. */
function interpreterView(interpreter: InterpreterPlace | undefined): string[] {
  if (interpreter === undefined) return []
  const { prefix, executable, commands } = interpreter
  if (prefix === undefined) return commands.flatMap((command) => ['--ro-bind', executable, `/var/lang/bin/${command}`])
  const links = commands.flatMap((command) => ['--symlink', executable, `/var/lang/bin/${command}`])
  return isBelow(prefix, '/usr') ? links : [...makeParents(prefix), '--ro-bind', prefix, prefix, ...links]
}
