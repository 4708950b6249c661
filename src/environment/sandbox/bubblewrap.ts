import { strict as assert } from 'node:assert'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname } from 'node:path'
import { Writable } from 'node:stream'
import type { Cgroup, CgroupLimits } from '../cgroups/cgroup.ts'
import type { CgroupTree } from '../cgroups/cgroup-tree.ts'
import { type EnteringPrograms, findEnteringPrograms } from '../images/host-programs.ts'
import { openBatchScheduling, type ScheduleAsBatch } from './batch-scheduling.ts'
import { wrapChild } from './child-process.ts'
import { type EphemeralStorage, openEphemeralStorage } from './ephemeral-storage.ts'
import { exportScript } from './export-script.ts'
import { ENTERING_RIGHT, enterImage, type ImageParts, imageView } from './image-view.ts'
import { maskedPaths } from './masked-paths.ts'
import { type Nest, type Nests, openNests } from './nests.ts'
import type { PrivateNetwork } from './network/private-network.ts'
import { openPrivateNetworks } from './network/private-networks.ts'
import { probe } from './probe.ts'
import { countsProcessesByUser, limitsScript, MOST_PROCESSES, MOST_PROCESSES_OF_USER } from './resource-limits.ts'
import {
  type AdaptableSandbox,
  type InterpreterPlace,
  LOG_FD,
  type ProcessExit,
  type SandboxCommand,
  type SandboxPaths,
  type SandboxProcess,
  type SandboxSpec,
  type SandboxTechnique,
} from './sandbox.ts'
import { type FilterFile, writeFilter } from './seccomp/filter-file.ts'
import { openSettings, SEEN_SETTINGS } from './settings.ts'
import { childrenOf, isHeldBelow, type SocketHolder } from './socket-holder.ts'
import { claimUserRange, type UserRange } from './user-range.ts'

const PATHS: SandboxPaths = { task: '/var/task', runtime: '/var/runtime', temporary: '/tmp', layers: '/opt' }

/** 1 virtual CPU belongs to this much memory. */
const MEMORY_MB_PER_CPU = 1769
/** As on AWS, whose functions start with more processor than their memory buys. */
const BOOST_CPUS = 1
/** Our runtime client and its interpreter are part of the process here, where AWS counts them less. */
const HEADROOM_MB = 32
/** The user and group that Lambda's functions see; as root they get ids of their own. */
const SEEN_USER = 993
const SEEN_GROUP = 990

const RUNTIME_FD = 3
const ARGUMENTS_FD = 4
const FILES_FD = { environment: 5, passwd: 6, group: 7, hosts: 8 }
/** Behind the descriptor for logs. */
const FILTER_FD = 10
/** The upper half of 127.0.0.0/8 is for environments. */
const LOOPBACK_ADDRESSES = 2 ** 23

/**
 * Linux namespaces by bubblewrap. As root, every environment also has its own user id; an ordinary user's environments
 * live in a user namespace and share his.
 */
export async function openBubblewrap(
  directory: string,
  cgroups: CgroupTree,
  network: 'host' | 'none',
): Promise<SandboxTechnique> {
  const isRoot = process.getuid?.() === 0
  const filter = await probe(await writeFilter(dirname(directory), process.arch))
  const schedule = await openBatchScheduling()
  const networks = network === 'none' ? await openPrivateNetworks() : undefined
  const storage = isRoot ? await openEphemeralStorage(directory) : undefined
  const users = isRoot ? await claimUserRange() : undefined
  const root = hostView()
  let programs: Promise<EnteringPrograms> | undefined
  const findPrograms = () => {
    programs ??= findEnteringPrograms().catch((error) => {
      programs = undefined
      throw error
    })
    return programs
  }
  const settings = openSettings(`${dirname(directory)}/settings`, SETTING_FILES)
  const nests = openNests(cgroups, () => startChild(['/bin/sh'], { input: 'pipe', unwanted: [], filter }))
  async function prepare(spec: SandboxSpec): Promise<BubblewrapSandbox> {
    const image = spec.image && { image: spec.image, programs: await findPrograms() }
    const temporary = await storage?.take(spec.ephemeralStorageMb)
    let network: PrivateNetwork | undefined
    let user: number | undefined
    try {
      network = await networks?.take()
      user = users?.take()
      return new BubblewrapSandbox({
        spec,
        image,
        nests,
        storage,
        users,
        user,
        root: [...root, ...makeParents(SEEN_SETTINGS), ...settings.view()],
        temporary,
        filter,
        schedule,
        network,
      })
    } catch (error) {
      await giveBack({ storage, users, user, temporary, network })
      throw error
    }
  }
  return {
    limits: describeLimits({ cgroups, storage, users, filter, network }),
    runsImages: true,
    async create(spec) {
      const sandbox = await prepare(spec)
      try {
        sandbox.adapt(spec)
      } catch (error) {
        await sandbox.remove()
        throw error
      }
      return sandbox
    },
    // An ordinary user cannot mount anything into a sandbox that is there.
    prepare: isRoot ? prepare : undefined,
    async close() {
      users?.close()
      await nests.close()
      await networks?.close()
      await storage?.close()
    },
  }
}

interface Parts {
  readonly spec: SandboxSpec
  readonly image: ImageParts | undefined
  readonly nests: Nests
  readonly storage: EphemeralStorage | undefined
  readonly users: UserRange | undefined
  /** Undefined: the server's. */
  readonly user: number | undefined
  readonly root: readonly string[]
  /** The host directory that is `/tmp` inside; undefined: a memory file system that lives as long as the process. */
  readonly temporary: string | undefined
  readonly filter: FilterFile | undefined
  readonly schedule: ScheduleAsBatch
  /** Undefined: the host's. */
  readonly network: PrivateNetwork | undefined
}

/** What a sandbox has for itself while it is there. */
async function giveBack({
  storage,
  users,
  user,
  temporary,
  network,
}: Pick<Parts, 'storage' | 'users' | 'user' | 'temporary' | 'network'>): Promise<void> {
  if (temporary !== undefined) await storage?.release(temporary)
  network?.close()
  if (user !== undefined) users?.giveBack(user)
}

class BubblewrapSandbox implements AdaptableSandbox {
  readonly paths = PATHS
  readonly loopback: string
  readonly network: PrivateNetwork | undefined
  readonly #user: number | undefined
  readonly #parts: Parts
  #spec: SandboxSpec
  readonly #nest: Nest
  /** Not while it starts: there each of many small steps would wait for whoever runs. */
  #isBatch: boolean
  readonly #children = new Set<ChildProcess>()

  constructor(parts: Parts) {
    const { spec, nests } = parts
    this.#parts = parts
    this.network = parts.network
    this.#spec = spec
    this.#user = parts.user
    this.loopback = loopbackAddress(this.#user ?? randomInt(LOOPBACK_ADDRESSES))
    this.#nest = nests.take(this.#limits())
    // Whoever is not found later is seen to at once.
    this.#isBatch = this.#cgroup.threads() === undefined
  }

  adapt(spec: SandboxSpec): void {
    this.#spec = spec
    this.#cgroup.limit({ ...this.#limits(), cpus: Math.max(BOOST_CPUS, this.#limits().cpus) })
  }

  endBoost(): void {
    this.#cgroup.limit(this.#limits())
    this.#isBatch = true
    for (const thread of this.#cgroup.threads() ?? []) this.#parts.schedule(thread)
  }

  async owns(find: () => Promise<SocketHolder | undefined>): Promise<boolean> {
    // Nobody else can be in its network.
    if (this.network !== undefined) return true
    const holder = await find()
    if (holder === undefined) return false
    if (this.#user !== undefined) return holder.user === this.#user
    const roots = [...this.#children].flatMap(({ pid }) => pid ?? [])
    return isHeldBelow(roots, holder)
  }

  async start(wanted: SandboxCommand): Promise<SandboxProcess> {
    const unwanted = [...(wanted.hasRuntimeSocket ? [] : [RUNTIME_FD]), ...(wanted.hasLogPipe ? [] : [LOG_FD])]
    const bubblewrap = ['bwrap', '--args', String(ARGUMENTS_FD), '--', ...this.#command(wanted)]
    const command = [...(this.network?.enter ?? []), ...bubblewrap]
    const { filter, schedule } = this.#parts
    const nested = this.#nest.become(command, unwanted)
    const child = nested ?? startChild(command, { input: 'ignore', unwanted, filter })
    const kill = () => void child.kill('SIGKILL')
    const process = wrapChild(child, wanted, { kill, terminate: () => void terminateBelow(child.pid) })
    if (child.pid === undefined) return process
    if (this.#isBatch) schedule(child.pid)
    this.#children.add(child)
    child.once('exit', () => this.#children.delete(child))
    // It waits for its arguments, so everything it will ever start is born inside the control group.
    try {
      if (nested === undefined) await this.#cgroup.add(child.pid)
    } catch (error) {
      // Killed meanwhile, it is in no group any more; its exit tells.
      if (!child.killed) {
        kill()
        throw error
      }
    }
    const feed = (descriptor: number, text: string) => {
      const pipe = child.stdio[descriptor]
      assert(pipe instanceof Writable, 'descriptors are pipes')
      pipe.on('error', () => {})
      pipe.end(text)
    }
    feed(ARGUMENTS_FD, this.#arguments().join('\0'))
    feed(FILES_FD.environment, exportScript(wanted.variables))
    feed(
      FILES_FD.passwd,
      `root:x:0:0:root:/root:/bin/sh\nsbx_user1051:x:${this.#user ?? SEEN_USER}:${this.#user ?? SEEN_GROUP}::/home/sbx_user1051:/sbin/nologin\n`,
    )
    feed(FILES_FD.hosts, `${readText('/etc/hosts')}\n${this.loopback} sandbox.localdomain sandbox\n`)
    feed(FILES_FD.group, `root:x:0:\nsbx_user1051:x:${this.#user ?? SEEN_GROUP}:\n`)
    return { ...(await process), exit: (await process).exit.then(withSignal) }
  }

  get #cgroup(): Cgroup {
    return this.#nest.cgroup
  }

  freeze(): void {
    this.#cgroup.freeze()
  }

  thaw(): void {
    this.#cgroup.thaw()
  }

  kill(): void {
    this.#cgroup.kill()
    // Where there is no control group this takes the process id namespace, and all that lives in it, along.
    for (const child of this.#children) child.kill('SIGKILL')
  }

  outOfMemoryKills(): number {
    return this.#cgroup.outOfMemoryKills()
  }

  peakMemoryBytes(): number {
    return this.#cgroup.peakMemoryBytes()
  }

  async remove(): Promise<void> {
    this.kill()
    await this.#cgroup.remove()
    await giveBack(this.#parts)
  }

  #limits(): CgroupLimits {
    const { memoryMb, vcpus, ephemeralStorageMb } = this.#spec
    // What lies in a memory file system counts as the group's memory.
    const temporaryMb = this.#parts.storage?.kind === 'disk' ? 0 : ephemeralStorageMb
    return {
      memoryBytes: (memoryMb + HEADROOM_MB + temporaryMb) * 1024 * 1024,
      processes: MOST_PROCESSES,
      cpus: vcpus ?? memoryMb / MEMORY_MB_PER_CPU,
    }
  }

  /**
   * Gives up all rights first; only then the variables are set and the interpreter starts. What it writes into a shared
   * file system must be open to environments with other user ids, as all users of an access point are one at AWS.
   */
  #command({ program, arguments: parameters }: SandboxCommand): string[] {
    const { image } = this.#parts
    const { interpreter, fileSystems } = this.#spec
    const user = this.#user
    const kept = image === undefined ? [] : [`--inh-caps=${ENTERING}`, `--ambient-caps=${ENTERING}`]
    const setpriv = [
      'setpriv',
      `--reuid=${user}`,
      `--regid=${user}`,
      '--clear-groups',
      ...kept,
      `--bounding-set=${image === undefined ? '-all' : ENTERING}`,
      '--no-new-privs',
      '--',
    ]
    const task = `${limitsScript()}
${program === undefined ? INTERPRETER_SCRIPT : PROGRAM_SCRIPT}`
    const script = fileSystems.length > 0 ? `umask 0; ${task}` : task
    const commandLine = [program ?? `/var/lang/bin/${interpreter?.commands[0]}`, ...parameters]
    return [
      ...(user === undefined ? [] : setpriv),
      ...(image === undefined ? ['/bin/sh', '-c', script, ...commandLine] : enterImage(image, script, commandLine)),
    ]
  }

  #arguments(): string[] {
    const { image, root, temporary, filter } = this.#parts
    const spec = this.#spec
    const temporaryView =
      temporary === undefined
        ? ['--perms', '1777', '--size', String(spec.ephemeralStorageMb * 1024 * 1024), '--tmpfs']
        : ['--bind', temporary]
    const namespaces = [
      ...(filter === undefined ? [] : ['--seccomp', String(FILTER_FD)]),
      ...['--die-with-parent', '--new-session', '--clearenv'],
      ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--hostname', '169-254-100-1'],
      ...(this.#user === undefined ? ['--unshare-user', '--uid', String(SEEN_USER), '--gid', String(SEEN_GROUP)] : []),
    ]
    if (image !== undefined) {
      const kept = this.#user === undefined ? ['--cap-add', `cap_${ENTERING_RIGHT}`] : []
      return [...namespaces, ...kept, ...root, ...imageView(image, spec.fileSystems, FILES_FD, temporaryView)]
    }
    return [
      ...namespaces,
      ...root,
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
}

function loopbackAddress(index: number): string {
  const bits = (LOOPBACK_ADDRESSES + (index % LOOPBACK_ADDRESSES)) >>> 0
  return `127.${bits >>> 16}.${(bits >>> 8) & 255}.${bits & 255}`
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** bubblewrap's only child leads the session, and the process group, of all that runs inside. */
async function terminateBelow(pid: number | undefined): Promise<void> {
  if (pid === undefined) return
  for (const leader of await childrenOf(pid)) {
    try {
      process.kill(-leader, 'SIGTERM')
    } catch {
      // It has ended by itself.
    }
  }
}

interface Start {
  readonly input: 'pipe' | 'ignore'
  readonly unwanted: readonly number[]
  readonly filter: FilterFile | undefined
}

/** The empty environment is a matter of safety: what the user set must not reach a program that still has rights. */
function startChild(
  [program = '', ...parameters]: readonly string[],
  { input, unwanted, filter }: Start,
): ChildProcess {
  const pipes = DESCRIPTORS.map((number) => (unwanted.includes(number) ? 'ignore' : 'pipe'))
  const startWith = (descriptor: number | 'ignore') =>
    spawn(program, parameters, { stdio: [input, ...pipes, descriptor], env: HOST_VARIABLES })
  return filter?.lend(startWith) ?? startWith('ignore')
}

const DESCRIPTORS = Array.from({ length: LOG_FD }, (_, index) => index + 1)

/** bwrap and setpriv are looked for here; nothing else of the server's environment is passed on. */
const HOST_VARIABLES = { PATH: '/usr/local/bin:/usr/bin:/bin' }

const ENTERING = `-all,+${ENTERING_RIGHT}`

const PROGRAM_SCRIPT = `. /run/lambent/environment
exec "$0" "$@"`

/** A wrapper script gets the interpreter's command line as its arguments; when it is missing, the shell exits with 127. */
const INTERPRETER_SCRIPT = `. /run/lambent/environment
if [ -n "$AWS_LAMBDA_EXEC_WRAPPER" ]; then exec "$AWS_LAMBDA_EXEC_WRAPPER" "$0" "$@"; fi
exec "$0" "$@"`

/** bubblewrap exits with 128 and the signal's number when the process inside was killed by a signal. */
function withSignal({ status, signal }: ProcessExit): ProcessExit {
  const [name] = Object.entries(constants.signals).find(([, number]) => number === status - 128) ?? []
  return { status, signal: signal ?? (name !== undefined && REPORTED_SIGNALS.has(name) ? name : undefined) }
}

/** Those that end a process by itself; other statuses above 128 are more likely a program's own. */
const REPORTED_SIGNALS = new Set(['SIGKILL', 'SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTERM', 'SIGTRAP'])

/** What every environment sees of the host, read-only: programs, libraries, and what name look-up and TLS need. */
function hostView(): string[] {
  const programs = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].flatMap((path) => bindOrLink(path))
  // Debian keeps the settings of a Java in a directory with its version in the name.
  const java = readdirSync('/etc').filter((name) => /^java(-|$)/.test(name))
  const settings = [...SETTINGS, ...java.map((name) => `/etc/${name}`)]
    .filter((path) => existsSync(path))
    .flatMap((path) => ['--ro-bind', path, path])
  const kernel = ['--proc', '/proc', ...maskedPaths(), '--dev', '/dev']
  const places = ['/opt/.', '/var/.', '/var/lang/bin/.', '/var/runtime/.', '/etc/.'].flatMap(makeParents)
  return [...places, '--ro-bind', '/usr', '/usr', ...programs, ...settings, ...kernel]
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

/** Parents that bubblewrap makes by itself can only be entered by root. */
function makeParents(path: string): string[] {
  const parent = dirname(path)
  return parent === '/' ? [] : [...makeParents(parent), '--perms', '0755', '--dir', parent]
}

/** Small ones, of which each environment has the state of its start. */
const SETTING_FILES = [
  ...['/etc/nsswitch.conf', '/etc/host.conf', '/etc/gai.conf', '/etc/services', '/etc/protocols', '/etc/localtime'],
  ...['/etc/ca-certificates.conf', '/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/mime.types'],
]

/** The first is a file that may be written anew while environments live. */
const SETTINGS = [
  '/etc/resolv.conf',
  ...['/etc/ssl', '/etc/pki', '/etc/ca-certificates', '/etc/crypto-policies', '/etc/openssl'],
  ...['/etc/ld.so.conf.d', '/etc/alternatives'],
]

function bindOrLink(path: string, seenAs = path): string[] {
  const status = lstatSync(path, { throwIfNoEntry: false })
  if (!status) return []
  return status.isSymbolicLink() ? ['--symlink', readlinkSync(path), seenAs] : ['--ro-bind', path, seenAs]
}

const isBelow = (path: string, top: string) => path === top || path.startsWith(`${top}/`)

function describeLimits({
  cgroups: { places },
  storage,
  users,
  filter,
  network,
}: Pick<Parts, 'storage' | 'users' | 'filter'> & {
  readonly cgroups: CgroupTree
  readonly network: 'host' | 'none'
}): string[] {
  const memory = places.memory
    ? `memory: limited to MemorySize plus ${HEADROOM_MB} MB (cgroup v${places.memory.version})`
    : 'memory: NOT limited (no writable cgroup)'
  const pids = places.pids
    ? `processes: at most ${MOST_PROCESSES} (cgroup v${places.pids.version})`
    : countsProcessesByUser()
      ? `processes: at most ${MOST_PROCESSES_OF_USER} (rlimit)`
      : 'processes: NOT limited (no writable cgroup)'
  const cpu = places.cpu
    ? `cpu: shared in proportion to MemorySize (cgroup v${places.cpu.version})`
    : 'cpu: NOT shared by MemorySize (no writable cgroup)'
  const freeze = places.freezer
    ? `freeze: idle environments are frozen (cgroup v${places.freezer.version})`
    : 'freeze: idle environments are NOT frozen (no writable cgroup)'
  const temporary =
    storage?.kind === 'disk'
      ? '/tmp: limited to EphemeralStorage, kept when an environment is reset'
      : storage?.kind === 'memory'
        ? '/tmp: limited to EphemeralStorage, in memory, kept when an environment is reset (loop devices do not work here)'
        : '/tmp: limited to EphemeralStorage, in memory, NOT kept when an environment is reset (needs root)'
  const user = users
    ? 'users: every environment has its own user id'
    : "users: environments share the server's user id (needs root)"
  const calls = filter
    ? 'system calls: filtered, as container engines do (seccomp)'
    : `system calls: NOT filtered (no filter for ${process.arch}, or a kernel that takes none)`
  const reach =
    network === 'none'
      ? 'network: none (every environment has only a loopback interface of its own)'
      : "network: the host's (--network none takes it away)"
  return [
    'isolation: bubblewrap (process, mount, IPC and host name namespaces)',
    reach,
    calls,
    user,
    memory,
    pids,
    cpu,
    freeze,
    temporary,
    'runtime api: over an inherited socket, and by TCP for processes of the environment',
  ]
}
