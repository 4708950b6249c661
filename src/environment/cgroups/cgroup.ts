import { closeSync, openSync, writeSync } from 'node:fs'
import {
  keyedNumber,
  killGroup,
  makeDirectory,
  readControl,
  removeGroup,
  tryRemoveDirectory,
  tryWriteControl,
  writeControlSlowly,
} from './cgroup-files.ts'
import { cachedBytes } from './cgroup-memory.ts'

export interface CgroupPlace {
  readonly version: 1 | 2
  readonly directory: string
}

/** Which hierarchy serves which purpose; a missing one means that the limit does not hold on this machine. */
export interface CgroupPlaces {
  readonly memory?: CgroupPlace
  readonly pids?: CgroupPlace
  readonly cpu?: CgroupPlace
  readonly freezer?: CgroupPlace
  /** The version 2 tree, if there is one: only it can kill a whole group at once. */
  readonly unified?: string
}

export interface CgroupLimits {
  readonly memoryBytes: number
  readonly processes: number
  /** 1 is one virtual CPU. A share, not a ceiling: idle CPU time may be used. */
  readonly cpus: number
}

const FULL_SHARES = 1024
const FULL_WEIGHT = 100

/** One environment's processes, in every hierarchy at once. */
export class Cgroup {
  readonly #places: CgroupPlaces
  readonly #name: string
  readonly #directories: readonly string[]
  readonly #freezerFile: number | undefined
  #isFrozen = false
  #peakBytes = 0

  constructor(places: CgroupPlaces, name: string, limits: CgroupLimits) {
    this.#places = places
    this.#name = name
    const all = [places.memory, places.pids, places.cpu, places.freezer].flatMap((place) => place?.directory ?? [])
    this.#directories = [...new Set([...all, ...(places.unified ? [places.unified] : [])])].map(
      (parent) => `${parent}/${name}`,
    )
    for (const directory of this.#directories) makeDirectory(directory)
    try {
      this.limit(limits)
      const freezer = this.#file('freezer', 'freezer.state', 'cgroup.freeze')
      this.#freezerFile = freezer === undefined ? undefined : openSync(freezer, 'r+')
    } catch (error) {
      // Nobody is in it yet.
      for (const directory of this.#directories) tryRemoveDirectory(directory)
      throw error
    }
  }

  /** In the place of the limits that it had. */
  limit({ memoryBytes, processes, cpus }: CgroupLimits): void {
    const limitMemory = () => this.#set('memory', 'memory.limit_in_bytes', 'memory.max', memoryBytes, memoryBytes)
    limitMemory()
    this.#set('memory', 'memory.memsw.limit_in_bytes', 'memory.swap.max', memoryBytes, 0)
    // In version 1 memory alone may at no time have more than memory and swap together, so raising it takes this order.
    if (this.#places.memory?.version === 1) limitMemory()
    this.#set('pids', 'pids.max', 'pids.max', processes, processes)
    const shares = Math.max(2, Math.round(cpus * FULL_SHARES))
    const weight = Math.min(10_000, Math.max(1, Math.round(cpus * FULL_WEIGHT)))
    this.#set('cpu', 'cpu.shares', 'cpu.weight', shares, weight)
  }

  get isFrozen(): boolean {
    return this.#isFrozen
  }

  /** The kernel waits until all processors have seen the first of these; this process must not. */
  async add(pid: number): Promise<void> {
    for (const directory of this.#directories) await writeControlSlowly(`${directory}/cgroup.procs`, String(pid))
  }

  /** Of all processes; undefined where there is no control group that could tell. */
  threads(): number[] | undefined {
    const files = (['memory', 'pids', 'cpu', 'freezer'] as const).map((purpose) =>
      this.#file(purpose, 'tasks', 'cgroup.threads'),
    )
    const file = files.find((path) => path !== undefined)
    return file === undefined ? undefined : readControl(file).split('\n').filter(Boolean).map(Number)
  }

  freeze(): void {
    if (this.#freezerFile === undefined || this.#isFrozen) return
    this.#isFrozen = true
    writeSync(this.#freezerFile, this.#places.freezer?.version === 2 ? '1' : 'FROZEN')
  }

  thaw(): void {
    if (this.#freezerFile === undefined || !this.#isFrozen) return
    this.#isFrozen = false
    writeSync(this.#freezerFile, this.#places.freezer?.version === 2 ? '0' : 'THAWED')
  }

  /** Everything at once where the kernel can; else frozen first, so that a fork bomb cannot outrun the signals. */
  kill(): void {
    const { unified, freezer, pids, memory, cpu } = this.#places
    const place = unified ?? (freezer ?? pids ?? memory ?? cpu)?.directory
    if (place === undefined) return
    if (unified === undefined) this.freeze()
    killGroup(`${place}/${this.#name}`)
    this.thaw()
  }

  /** How often the kernel has killed a process here because the memory limit was reached. */
  outOfMemoryKills(): number {
    const file = this.#file('memory', 'memory.oom_control', 'memory.events')
    return file === undefined ? 0 : keyedNumber(readControl(file), 'oom_kill')
  }

  /** The most memory in use so far, without what the kernel merely caches of files. */
  peakMemoryBytes(): number {
    const peak = this.#file('memory', 'memory.max_usage_in_bytes', 'memory.peak')
    const statistics = this.#file('memory', 'memory.stat', 'memory.stat')
    if (peak === undefined || statistics === undefined) return 0
    const cached = cachedBytes(readControl(statistics), this.#places.memory?.version ?? 2)
    this.#peakBytes = Math.max(this.#peakBytes, Number(readControl(peak)) - cached)
    return this.#peakBytes
  }

  async remove(): Promise<void> {
    this.kill()
    if (this.#freezerFile !== undefined) closeSync(this.#freezerFile)
    await Promise.all(this.#directories.map(removeGroup))
  }

  #set(
    purpose: 'memory' | 'pids' | 'cpu',
    fileOfV1: string,
    fileOfV2: string,
    valueOfV1: number,
    valueOfV2: number,
  ): void {
    const file = this.#file(purpose, fileOfV1, fileOfV2)
    if (file !== undefined) tryWriteControl(file, String(this.#places[purpose]?.version === 2 ? valueOfV2 : valueOfV1))
  }

  #file(purpose: 'memory' | 'pids' | 'cpu' | 'freezer', fileOfV1: string, fileOfV2: string): string | undefined {
    const place = this.#places[purpose]
    return place && `${place.directory}/${this.#name}/${place.version === 2 ? fileOfV2 : fileOfV1}`
  }
}
