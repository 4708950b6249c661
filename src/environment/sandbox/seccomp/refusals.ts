import { constants } from 'node:os'
import type { SystemCall } from './system-calls.ts'

/** What a function may not ask of the kernel, and what it hears instead; everything else is allowed. */
export interface Refusal {
  readonly calls: readonly SystemCall[]
  /** All must hold; none: whatever the arguments are. */
  readonly when?: readonly ArgumentTest[]
  /** An `errno`. */
  readonly answer: number
}

/** Looks at the lower 32 bits of an argument, which are all that the kernel takes of those that are tested here. */
export type ArgumentTest = { readonly argument: number } & ValueTest

export type ValueTest =
  | { readonly isOneOf: readonly number[] }
  | { readonly isNoneOf: readonly number[] }
  | { readonly hasAnyOf: number }
  | { readonly isAtLeast: number }

const { EPERM, ENOSYS, EAFNOSUPPORT, EPROTONOSUPPORT } = constants.errno

const FAMILY = { unspecified: 0, unix: 1, inet: 2, inet6: 10, netlink: 16 }
const NETLINK_ROUTE = 0
/** CLONE_NEW: CGROUP, UTS, IPC, USER, PID, NET and NS. */
const NEW_NAMESPACES = 0x7e02_0000
/** They put characters into a terminal as if they were typed. */
const [TIOCSTI, TIOCLINUX] = [0x5412, 0x541c]
const ASKS_WHICH = 0xffff_ffff

/**
 * What container engines deny to containers without capabilities, which is most of what breaking out of one has ever
 * begun with. `ptrace` and `process_vm_*` stay: debuggers, sanitizers and crash reporters need them, the kernel lets them
 * reach nothing but what the environment's user has started in its own process namespace, and since Linux 4.8 a traced
 * process is filtered like any other.
 */
export const refusals: readonly Refusal[] = [
  // Not `chroot`: an image is entered by it, and nobody has the right to it afterwards.
  { calls: ['mount', 'umount2', 'pivot_root', 'fsopen', 'fsconfig', 'fsmount', 'fspick'], answer: EPERM },
  { calls: ['move_mount', 'open_tree', 'open_tree_attr', 'mount_setattr'], answer: EPERM },
  { calls: ['setns', 'unshare', 'sethostname', 'setdomainname'], answer: EPERM },
  { calls: ['clone'], when: [{ argument: 0, hasAnyOf: NEW_NAMESPACES }], answer: EPERM },
  // Its flags are in memory, where no filter looks; without it the C library falls back to clone.
  { calls: ['clone3'], answer: ENOSYS },
  { calls: ['bpf', 'perf_event_open', 'userfaultfd', 'fanotify_init'], answer: EPERM },
  // As from a kernel that was built without: libraries then do their work by other calls.
  { calls: ['io_uring_setup', 'io_uring_enter', 'io_uring_register'], answer: ENOSYS },
  { calls: ['keyctl', 'add_key', 'request_key'], answer: EPERM },
  { calls: ['init_module', 'finit_module', 'delete_module', 'create_module'], answer: EPERM },
  { calls: ['get_kernel_syms', 'query_module', 'kexec_load', 'kexec_file_load', 'reboot', 'syslog'], answer: EPERM },
  { calls: ['swapon', 'swapoff', 'acct', 'quotactl', 'quotactl_fd', 'nfsservctl', 'vhangup'], answer: EPERM },
  { calls: ['settimeofday', 'clock_settime', 'adjtimex', 'clock_adjtime'], answer: EPERM },
  { calls: ['iopl', 'ioperm', 'uselib', 'ustat', 'sysfs', '_sysctl', 'lookup_dcookie'], answer: EPERM },
  { calls: ['open_by_handle_at', 'kcmp', 'pidfd_getfd'], answer: EPERM },
  { calls: ['mbind', 'set_mempolicy', 'set_mempolicy_home_node', 'migrate_pages', 'move_pages'], answer: EPERM },
  { calls: ['personality'], when: [{ argument: 0, isNoneOf: [0, ASKS_WHICH] }], answer: EPERM },
  { calls: ['ioctl'], when: [{ argument: 1, isOneOf: [TIOCSTI, TIOCLINUX] }], answer: EPERM },
  // Asking for a family makes the kernel load what implements it. Names and addresses are all that functions need.
  {
    calls: ['socket', 'socketpair'],
    when: [{ argument: 0, isNoneOf: Object.values(FAMILY) }],
    answer: EAFNOSUPPORT,
  },
  // Only the questions for addresses and routes: others tell of the host's devices and everybody's connections.
  {
    calls: ['socket'],
    when: [
      { argument: 0, isOneOf: [FAMILY.netlink] },
      { argument: 2, isNoneOf: [NETLINK_ROUTE] },
    ],
    answer: EPROTONOSUPPORT,
  },
]
