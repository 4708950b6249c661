/** A mounted control group tree, and the place in it where this server lives. */
export interface Hierarchy {
  readonly version: 1 | 2
  /** Version 1 only: what this tree controls. A version 2 tree says so in `cgroup.controllers`. */
  readonly controllers: readonly string[]
  readonly mountPoint: string
  /** Our own group's directory, at or below the mount point. */
  readonly ownDirectory: string
}

/** Reads the texts of `/proc/self/mountinfo` and `/proc/self/cgroup`; pure, so every kind of machine can be tested on any. */
export function findHierarchies(mountinfo: string, selfCgroup: string): Hierarchy[] {
  const ownPaths = parseSelfCgroup(selfCgroup)
  return mountinfo.split('\n').flatMap((line) => {
    const mount = parseMount(line)
    if (!mount) return []
    const own = ownPaths.find((path) =>
      mount.version === 2 ? path.controllers.length === 0 : sharesController(path, mount),
    )
    return own ? [{ ...mount, ownDirectory: locate(own.path, mount) }] : []
  })
}

interface Mount {
  readonly version: 1 | 2
  readonly controllers: readonly string[]
  readonly mountPoint: string
  readonly root: string
}

/** `36 25 0:31 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory` */
function parseMount(line: string): Mount | undefined {
  const [left = '', right = ''] = line.split(' - ')
  const [type, , options = ''] = right.split(' ')
  const [, , , root = '/', mountPoint = '/'] = left.split(' ')
  if (type === 'cgroup2') return { version: 2, controllers: [], mountPoint, root }
  if (type === 'cgroup') return { version: 1, controllers: options.split(','), mountPoint, root }
  return undefined
}

interface OwnPath {
  readonly controllers: readonly string[]
  readonly path: string
}

/** `4:memory:/some/group`; the version 2 line is `0::/some/group`. */
function parseSelfCgroup(text: string): OwnPath[] {
  return text
    .split('\n')
    .filter((line) => line.includes(':'))
    .map((line) => {
      const [, controllers = '', ...path] = line.split(':')
      return { controllers: controllers.split(',').filter((name) => name !== ''), path: path.join(':') }
    })
}

const sharesController = (own: OwnPath, mount: Mount) =>
  own.controllers.some((name) => mount.controllers.includes(name))

/** In a container the mount shows only a sub-tree (its root); our path may be told with or without that prefix. */
function locate(path: string, { mountPoint, root }: Mount): string {
  const relative = root !== '/' && path.startsWith(root) ? path.slice(root.length) : path
  return relative === '/' || relative === ''
    ? mountPoint
    : `${mountPoint}${relative.startsWith('/') ? '' : '/'}${relative}`
}
