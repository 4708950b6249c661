import { openLibc } from '../libc.ts'

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
  const libc = await openLibc()
  if (libc === undefined) return undefined
  const number = 'long number'
  const mount = libc.declare(
    'int mount(const char *source, const char *target, const char *type, ulong flags, void *data)',
  )
  const umount = libc.declare('int umount2(const char *target, int flags)')
  const close = libc.declare('int close(int descriptor)')
  const openTree = libc.declare(`long syscall(${number}, int at, const char *path, uint flags)`)
  const setAttributes = libc.declare(
    `long syscall(${number}, int at, const char *path, uint flags, void *attributes, size_t size)`,
  )
  const moveMount = libc.declare(
    `long syscall(${number}, int from, const char *path, int to, const char *target, uint flags)`,
  )
  return {
    share(directory) {
      mount(`bind ${directory}`, directory, directory, null, MS_BIND, null)
      // What the host mounts there is none of our business.
      mount(`make ${directory} private`, null, directory, null, MS_PRIVATE, null)
      mount(`share ${directory}`, null, directory, null, MS_SHARED, null)
    },
    // A mount that is made read-only after it is there would stay writable in other namespaces.
    bindReadOnly(source, target) {
      const tree = openTree(`open ${source}`, OPEN_TREE, AT_FDCWD, source, OPEN_TREE_CLONE | O_CLOEXEC)
      try {
        const { length } = READ_ONLY
        setAttributes(`protect ${source}`, MOUNT_SETATTR, tree, '', AT_EMPTY_PATH, READ_ONLY, length)
        moveMount(`mount ${target}`, MOVE_MOUNT, tree, '', AT_FDCWD, target, FROM_EMPTY_PATH)
      } finally {
        close(`close ${source}`, tree)
      }
    },
    unmount(target) {
      try {
        umount(`unmount ${target}`, target, MNT_DETACH)
      } catch {
        // Nothing is mounted there.
      }
    },
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
