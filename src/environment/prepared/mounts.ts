import { constants } from 'node:os'

/** System calls on this process's mount namespace. Each takes some microseconds; `mount(8)` would take milliseconds. */
export interface Mounts {
  /** What is mounted below the directory from now on shows in every namespace that has been given a part of it. */
  share(directory: string): void
  /** Shows `source` at `target`: read-only from its first moment, without devices and set-user-id programs. */
  bindReadOnly(source: string, target: string): void
  /** At once, whoever still uses it. */
  unmount(target: string): void
}

/** Undefined where they cannot be called. */
export async function openMounts(): Promise<Mounts | undefined> {
  if (process.platform !== 'linux') return undefined
  try {
    const { default: koffi } = await import('koffi')
    const libc = koffi.load(null)
    const number = 'long number'
    const mount = libc.func(
      'int mount(const char *source, const char *target, const char *type, ulong flags, void *data)',
    )
    const umount = libc.func('int umount2(const char *target, int flags)')
    const close = libc.func('int close(int descriptor)')
    const openTree = libc.func(`long syscall(${number}, int at, const char *path, uint flags)`)
    const setAttributes = libc.func(
      `long syscall(${number}, int at, const char *path, uint flags, void *attributes, size_t size)`,
    )
    const moveMount = libc.func(
      `long syscall(${number}, int from, const char *path, int to, const char *target, uint flags)`,
    )

    function checked(result: number | bigint, what: string): number {
      if (Number(result) >= 0) return Number(result)
      const code = koffi.errno()
      const [name = code] = Object.entries(constants.errno).find(([, value]) => value === code) ?? []
      throw new Error(`${what}: ${name}`)
    }

    return {
      share(directory) {
        checked(mount(directory, directory, null, MS_BIND, null), `bind ${directory}`)
        // What the host mounts there is none of our business.
        checked(mount(null, directory, null, MS_PRIVATE, null), `make ${directory} private`)
        checked(mount(null, directory, null, MS_SHARED, null), `share ${directory}`)
      },
      // A mount that is made read-only after it is there would stay writable in other namespaces.
      bindReadOnly(source, target) {
        const tree = checked(openTree(OPEN_TREE, AT_FDCWD, source, OPEN_TREE_CLONE | O_CLOEXEC), `open ${source}`)
        try {
          const { length } = READ_ONLY
          checked(setAttributes(MOUNT_SETATTR, tree, '', AT_EMPTY_PATH, READ_ONLY, length), `protect ${source}`)
          checked(moveMount(MOVE_MOUNT, tree, '', AT_FDCWD, target, FROM_EMPTY_PATH), `mount ${target}`)
        } finally {
          close(tree)
        }
      },
      unmount: (target) => void umount(target, MNT_DETACH),
    }
  } catch {
    return undefined
  }
}

// Of the kernel's headers; the numbers of these calls are the same on all processors.
const [OPEN_TREE, MOVE_MOUNT, MOUNT_SETATTR] = [428, 429, 442]
const [MS_BIND, MS_PRIVATE, MS_SHARED, MNT_DETACH] = [0x1000, 1 << 18, 1 << 20, 2]
const AT_FDCWD = -100
const [OPEN_TREE_CLONE, O_CLOEXEC, AT_EMPTY_PATH, FROM_EMPTY_PATH] = [1, 0x80000, 0x1000, 4]
const [RDONLY, NOSUID, NODEV] = [1n, 2n, 4n]
/** `struct mount_attr`: flags to set, flags to clear, propagation, user namespace; 64 bits each. */
const READ_ONLY = new Uint8Array(new BigUint64Array([RDONLY | NOSUID | NODEV, 0n, 0n, 0n]).buffer)
