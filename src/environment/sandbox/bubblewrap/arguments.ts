import { ENTERING_RIGHT, type ImageParts, imageView } from '../image-view.ts'
import type { SandboxSpec } from '../sandbox.ts'
import { FILES_FD, FILTER_FD } from './child.ts'
import { functionView, PATHS } from './function-view.ts'
import { SEEN_GROUP, SEEN_USER } from './user-files.ts'

interface View {
  readonly spec: SandboxSpec
  readonly image: ImageParts | undefined
  /** What is seen of the host. */
  readonly root: readonly string[]
  /** The host directory that is `/tmp` inside; undefined: a memory file system that lives as long as the process. */
  readonly temporary: string | undefined
  /** Undefined: the server's. */
  readonly user: number | undefined
  readonly isFiltered: boolean
}

/** All arguments of bubblewrap before the command line. */
export function bubblewrapArguments({ spec, image, root, temporary, user, isFiltered }: View): string[] {
  const temporaryView =
    temporary === undefined
      ? ['--perms', '1777', '--size', String(spec.ephemeralStorageMb * 1024 * 1024), '--tmpfs']
      : ['--bind', temporary]
  const namespaces = [
    ...(isFiltered ? ['--seccomp', String(FILTER_FD)] : []),
    ...['--die-with-parent', '--new-session', '--clearenv'],
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--hostname', '169-254-100-1'],
    ...(user === undefined ? ['--unshare-user', '--uid', String(SEEN_USER), '--gid', String(SEEN_GROUP)] : []),
  ]
  if (image === undefined) return [...namespaces, ...root, ...functionView(spec, temporaryView)]
  const kept = user === undefined ? ['--cap-add', `cap_${ENTERING_RIGHT}`] : []
  return [...namespaces, ...kept, ...root, ...imageView(image, spec, PATHS, FILES_FD, temporaryView)]
}
