import type { Scene } from './scene.ts'

/**
 * What becomes of an attack: it gets nothing; it gets what it wants, which the threat model says; or the host decides
 * what its ordinary users may do.
 */
export type Outcome = 'refused' | 'open' | 'as the host allows'

export interface Attack {
  /** What the function does, as a sentence goes on. */
  readonly name: string
  /** Module and function of the attacker. */
  readonly program: string
  readonly detail?: (scene: Scene) => Readonly<Record<string, unknown>>
  /** With bubblewrap and the host's network, container images too; `refused` unless it says otherwise. */
  readonly bubblewrap?: Outcome
  /** With `--isolation process`. */
  readonly process: Outcome
}

const read = (name: string, paths: (scene: Scene) => readonly string[], process: Outcome = 'open'): Attack => ({
  name,
  program: 'files.read',
  detail: (scene) => ({ paths: paths(scene) }),
  process,
})

const pids = ({ server, neighbour }: Scene) => ({ pids: [server.process.pid, neighbour.pid] })
const place = ({ server: { url, region, account } }: Scene) => ({ url, region, account })

/** Each is refused by bubblewrap with `--network none`, and none of them does harm. */
export const attacks: readonly Attack[] = [
  // --- files
  read('lists the data directory', ({ server }) => [server.dataDirectory]),
  read("reads root's access key", ({ server }) => [`${server.dataDirectory}/credentials`]),
  read('reads the key that secrets are encrypted under', ({ server }) => [`${server.dataDirectory}/secret-key`]),
  read('reads the database', ({ server }) => [`${server.dataDirectory}/*.db*`, `${server.dataDirectory}/*.sqlite*`]),
  read('reads the audit log', ({ server }) => [`${server.dataDirectory}/audit/*`]),
  read("reads another function's code", ({ server }) => [`${server.dataDirectory}/code/*/*`]),
  read("reads another environment's /tmp", ({ server }) => [`${server.dataDirectory}/environments/*/tmp/*`]),
  read("reads the host's passwords", () => ['/etc/shadow', '/etc/gshadow'], 'as the host allows'),
  {
    name: 'writes to its code, its runtime, its layers and the programs',
    program: 'files.write',
    detail: () => ({
      paths: [
        ...['/var/task', '.', '/var/runtime', '/opt', '/usr/bin', '/usr/lib', '/etc', '/dev', '/run'],
        ...['/run/lambent', '/run/lambent/lib', '/run/lambent/root', '/mnt'],
      ],
    }),
    process: 'open',
  },
  { name: 'makes and opens devices', program: 'files.devices', process: 'as the host allows' },
  {
    name: "leaves links to the server's files in /tmp",
    program: 'files.links',
    detail: ({ server }) => ({ targets: [server.dataDirectory, `${server.dataDirectory}/credentials`] }),
    process: 'open',
  },
  { name: 'runs programs with set-user-ID bits', program: 'files.set_user_id', process: 'as the host allows' },
  { name: 'reads what the kernel tells of the machine', program: 'files.kernel_files', process: 'as the host allows' },
  { name: "changes the kernel's settings", program: 'files.kernel_settings', process: 'as the host allows' },
  {
    name: 'leaves its control group, or raises its limits',
    program: 'files.control_groups',
    process: 'as the host allows',
  },
  // --- processes
  { name: 'sees the processes of others', program: 'processes.see', detail: pids, process: 'open' },
  {
    name: "reads others' environment, memory and files",
    program: 'processes.look_into',
    detail: pids,
    process: 'open',
  },
  {
    name: 'sends signals to the server and to neighbours',
    program: 'processes.send_signals',
    detail: pids,
    process: 'open',
  },
  {
    name: 'traces others, and takes their memory and descriptors',
    program: 'processes.trace',
    detail: pids,
    process: 'as the host allows',
  },
  { name: 'compares itself with others', program: 'kernel.comparison', detail: pids, process: 'as the host allows' },
  {
    name: 'climbs out of its root by /proc',
    program: 'processes.climb_out',
    detail: ({ server }) => ({ directory: server.dataDirectory }),
    process: 'open',
  },
  { name: 'inherits descriptors of the server', program: 'processes.inherited_descriptors', process: 'refused' },
  {
    name: 'finds the shared memory, semaphores and queues of others',
    program: 'processes.shared_memory',
    detail: ({ neighbour: { key, name } }) => ({ key, name }),
    process: 'open',
  },
  { name: 'raises its limits and its priority', program: 'processes.limits', process: 'as the host allows' },
  // --- its own service
  { name: 'finds the Runtime API of others', program: 'network.runtime_apis', process: 'open' },
  {
    name: 'forges the identifier of an extension',
    program: 'network.forged_extension',
    detail: () => ({ identifier: '11111111-2222-4333-8444-555555555555' }),
    process: 'refused',
  },
  {
    name: "answers a neighbour's invocation by its request id",
    program: 'network.stolen_invocation',
    detail: ({ neighbour: { requestId } }) => ({ requestId }),
    process: 'refused',
  },
  { name: 'uses its own keys beyond its role', program: 'network.own_keys', detail: place, process: 'refused' },
  {
    name: "guesses the secret of a neighbour's keys",
    program: 'network.guessed_keys',
    detail: (scene) => ({
      ...place(scene),
      accessKeyId: scene.neighbour.accessKeyId,
      sessionToken: scene.neighbour.sessionToken,
    }),
    process: 'refused',
  },
  {
    name: 'connects to what a neighbour listens at on the loopback interface',
    program: 'network.connects',
    detail: ({ neighbour }) => ({ addresses: [neighbour.port] }),
    bubblewrap: 'open',
    process: 'open',
  },
  {
    name: "connects to a neighbour's abstract unix socket",
    program: 'network.connects',
    detail: ({ neighbour }) => ({ addresses: [neighbour.abstract] }),
    bubblewrap: 'open',
    process: 'open',
  },
  // --- the kernel
  { name: 'mounts and unmounts', program: 'kernel.mounts', process: 'as the host allows' },
  { name: 'changes its root', program: 'kernel.roots', process: 'as the host allows' },
  { name: 'makes namespaces, and joins those of others', program: 'kernel.namespaces', process: 'as the host allows' },
  { name: 'starts a sandbox of its own', program: 'kernel.nested_sandbox', process: 'as the host allows' },
  { name: 'loads modules', program: 'kernel.modules', process: 'as the host allows' },
  { name: 'loads programs into the kernel', program: 'kernel.programs', process: 'as the host allows' },
  { name: "reads the machine's performance counters", program: 'kernel.counters', process: 'as the host allows' },
  { name: 'handles page faults', program: 'kernel.page_faults', process: 'as the host allows' },
  { name: 'uses io_uring', program: 'kernel.rings', process: 'as the host allows' },
  { name: 'uses keyrings', program: 'kernel.keyrings', process: 'as the host allows' },
  { name: "reads the kernel's log", program: 'kernel.kernel_log', process: 'as the host allows' },
  { name: 'restarts the machine', program: 'kernel.restart', process: 'as the host allows' },
  { name: 'sets the clock and the host name', program: 'kernel.settings', process: 'as the host allows' },
  { name: 'opens raw and exotic sockets', program: 'kernel.sockets', process: 'as the host allows' },
  { name: 'uses the ports of devices', program: 'kernel.ports', process: 'as the host allows' },
  { name: 'opens files by their numbers', program: 'kernel.file_handles', process: 'as the host allows' },
  { name: 'switches off random addresses', program: 'kernel.personality', process: 'as the host allows' },
  { name: 'types into a terminal', program: 'kernel.terminal', process: 'as the host allows' },
  { name: "uses another processor's system calls", program: 'kernel.other_processors', process: 'as the host allows' },
]
