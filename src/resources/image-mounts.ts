/**
 * Where sandboxes mount something of ours over what an image has. They are made when it is unpacked, because its files are
 * shared by all functions of it.
 */
export const IMAGE_MOUNTS = {
  directories: ['proc', 'dev', 'tmp', 'run', 'run/lambent', 'etc', 'mnt'],
  files: ['etc/resolv.conf', 'etc/hosts', 'etc/passwd', 'etc/group'],
} as const

/** What an image further needs that is a runtime's: functions and layers are mounted into it, and our client if it has none. */
export const RUNTIME_MOUNTS = ['var', 'var/task', 'var/runtime', 'opt'] as const

/** Libraries that the loader brings into every program; those of an image must not get into ours. */
export const IMAGE_PRELOAD = 'etc/ld.so.preload'
