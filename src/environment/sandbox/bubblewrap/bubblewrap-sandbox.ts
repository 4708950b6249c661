import type { ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import type { Cgroup, CgroupLimits } from '../../cgroups/cgroup.ts'
import { wrapChild } from '../child-process.ts'
import { exportScript } from '../export-script.ts'
import type { Nest } from '../nests.ts'
import type { PrivateNetwork } from '../network/private-network.ts'
import {
  type AdaptableSandbox,
  LOG_FD,
  type SandboxCommand,
  type SandboxProcess,
  type SandboxSpec,
} from '../sandbox.ts'
import { isHeldBelow, type SocketHolder } from '../socket-holder.ts'
import { bubblewrapArguments } from './arguments.ts'
import { ARGUMENTS_FD, FILES_FD, feed, RUNTIME_FD, startChild, terminateBelow, withSignal } from './child.ts'
import { commandInside } from './command.ts'
import { PATHS } from './function-view.ts'
import { boosted, limitsOf } from './limits.ts'
import { giveBack, type Parts } from './parts.ts'
import { LOOPBACK_ADDRESSES, loopbackAddress, userFiles } from './user-files.ts'

/** An environment's room, in namespaces of its own. */
export class BubblewrapSandbox implements AdaptableSandbox {
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
    this.#nest = nests.take(this.#limits)
    // Whoever is not found later is seen to at once.
    this.#isBatch = this.#cgroup.threads() === undefined
  }

  adapt(spec: SandboxSpec): void {
    this.#spec = spec
    this.#cgroup.limit(boosted(this.#limits))
  }

  endBoost(): void {
    this.#cgroup.limit(this.#limits)
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
    const inside = commandInside({ ...this.#parts, spec: this.#spec }, wanted)
    const bubblewrap = ['bwrap', '--args', String(ARGUMENTS_FD), '--', ...inside]
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
    this.#feed(child, wanted)
    return { ...(await process), exit: (await process).exit.then(withSignal) }
  }

  /** It waits for what it is to read. */
  #feed(child: ChildProcess, { variables }: SandboxCommand): void {
    const { filter } = this.#parts
    const { passwd, group, hosts } = userFiles(this.#user, this.loopback)
    const view = bubblewrapArguments({ ...this.#parts, spec: this.#spec, isFiltered: filter !== undefined })
    feed(child, ARGUMENTS_FD, view.join('\0'))
    feed(child, FILES_FD.environment, exportScript(variables))
    feed(child, FILES_FD.passwd, passwd)
    feed(child, FILES_FD.hosts, hosts)
    feed(child, FILES_FD.group, group)
  }

  get #cgroup(): Cgroup {
    return this.#nest.cgroup
  }

  get #limits(): CgroupLimits {
    return limitsOf(this.#spec, this.#parts.storage?.kind === 'disk')
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
}
