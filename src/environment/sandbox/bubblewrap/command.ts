import { ENTERING_RIGHT, enterImage, type ImageParts } from '../image-view.ts'
import { limitsScript } from '../resource-limits.ts'
import type { SandboxCommand, SandboxSpec } from '../sandbox.ts'

interface Starter {
  /** Undefined: the server's. */
  readonly user: number | undefined
  readonly image: ImageParts | undefined
  readonly spec: SandboxSpec
}

/**
 * What bubblewrap starts. It gives up all rights first; only then the variables are set and the interpreter starts. What it
 * writes into a shared file system must be open to environments with other user ids, as all users of an access point are
 * one at AWS.
 */
export function commandInside({ user, image, spec }: Starter, command: SandboxCommand): string[] {
  const task = `${limitsScript()}
${command.program === undefined ? INTERPRETER_SCRIPT : PROGRAM_SCRIPT}`
  const script = spec.fileSystems.length > 0 ? `umask 0; ${task}` : task
  const { program = interpreterOf(spec), arguments: parameters } = command
  const commandLine = [program, ...parameters]
  return [
    ...(user === undefined ? [] : asUser(user, image !== undefined)),
    ...(image === undefined ? ['/bin/sh', '-c', script, ...commandLine] : enterImage(image, script, commandLine)),
  ]
}

/** An image has its own where it has it. */
function interpreterOf({ interpreter, image }: SandboxSpec): string {
  return (image === undefined ? `/var/lang/bin/${interpreter?.commands[0]}` : interpreter?.executable) ?? ''
}

function asUser(user: number, entersImage: boolean): string[] {
  const kept = entersImage ? [`--inh-caps=${ENTERING}`, `--ambient-caps=${ENTERING}`] : []
  return [
    ...['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', ...kept],
    ...[`--bounding-set=${entersImage ? ENTERING : '-all'}`, '--no-new-privs', '--'],
  ]
}

const ENTERING = `-all,+${ENTERING_RIGHT}`

const PROGRAM_SCRIPT = `. /run/lambent/environment
exec "$0" "$@"`

/** A wrapper script gets the interpreter's command line as its arguments; when it is missing, the shell exits with 127. */
const INTERPRETER_SCRIPT = `. /run/lambent/environment
if [ -n "$AWS_LAMBDA_EXEC_WRAPPER" ]; then exec "$AWS_LAMBDA_EXEC_WRAPPER" "$0" "$@"; fi
exec "$0" "$@"`
