import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Cgroup, type CgroupLimits, type CgroupPlace, type CgroupPlaces } from './cgroup.ts'
import { killGroup, listProcesses, makeDirectory, readControl, removeGroup, tryWriteControl } from './cgroup-files.ts'
import { findHierarchies, type Hierarchy } from './hierarchies.ts'

/** The server's own sub-tree `lambent/<server>` in every hierarchy that is usable; environments are its leaves. */
export interface CgroupTree {
  readonly places: CgroupPlaces
  /** The groups that the server itself lives in and whose memory may be limited, its own first. */
  readonly above: readonly CgroupPlace[]
  /** The server's group in each hierarchy; written down, so that a later server can remove what a killed one left. */
  readonly directories: readonly string[]
  create(name: string, limits: CgroupLimits): Cgroup
  close(): Promise<void>
}

const WANTED = ['memory', 'pids', 'cpu'] as const

/** Never fails: where control groups are missing or not ours to write, the places stay empty. */
export function openCgroupTree(server: string): CgroupTree {
  const hierarchies = readHierarchies()
  const places: { -readonly [Key in keyof CgroupPlaces]: CgroupPlaces[Key] } = {}
  const unified = hierarchies.find(({ version }) => version === 2)
  const delegated = unified && openUnified(unified, server)
  if (delegated) {
    for (const controller of delegated.controllers) places[controller] = { version: 2, directory: delegated.directory }
    // A frozen process of version 2 still dies of SIGKILL; one of the version 1 freezer does not. So this one wins.
    if (delegated.canFreeze) places.freezer = { version: 2, directory: delegated.directory }
    places.unified = delegated.directory
  }
  for (const hierarchy of hierarchies.filter(({ version }) => version === 1)) {
    for (const controller of [...WANTED, 'freezer'] as const) {
      if (places[controller] || !hierarchy.controllers.includes(controller)) continue
      const directory = `${hierarchy.ownDirectory}/lambent/${server}`
      if (makeDirectory(directory)) places[controller] = { version: 1, directory }
    }
  }
  const directories = [
    ...new Set(Object.values(places).map((place) => (typeof place === 'string' ? place : place.directory))),
  ]
  return {
    places,
    above: hierarchies
      .filter(countsMemory)
      .flatMap(({ version, ownDirectory, mountPoint }) =>
        ancestors(ownDirectory, mountPoint).map((directory) => ({ version, directory })),
      ),
    directories,
    create: (name, limits) => new Cgroup(places, name, limits),
    close: () => removeServerGroups(directories),
  }
}

/** Kills and removes the groups of one server, its own or those a dead one left behind. */
export async function removeServerGroups(directories: readonly string[]): Promise<void> {
  await Promise.all(
    directories.map(async (directory) => {
      if (!existsSync(directory)) return
      await Promise.all(
        readdirSync(directory, { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map(async ({ name }) => {
            killGroup(`${directory}/${name}`)
            tryWriteControl(`${directory}/${name}/freezer.state`, 'THAWED')
            await removeGroup(`${directory}/${name}`)
          }),
      )
      await removeGroup(directory)
    }),
  )
}

const countsMemory = ({ version, controllers }: Hierarchy) => version === 2 || controllers.includes('memory')

function readHierarchies(): Hierarchy[] {
  try {
    return findHierarchies(readFileSync('/proc/self/mountinfo', 'utf8'), readFileSync('/proc/self/cgroup', 'utf8'))
  } catch {
    return []
  }
}

interface Unified {
  readonly directory: string
  readonly controllers: readonly (typeof WANTED)[number][]
  readonly canFreeze: boolean
}

/**
 * Version 2 lets a group have either processes or controllers for its children. So the sub-tree goes below the nearest
 * ancestor that can hand down controllers: our own group, with ourselves moved into a leaf, or one further up.
 */
function openUnified(hierarchy: Hierarchy, server: string): Unified | undefined {
  const bases = ancestors(hierarchy.ownDirectory, hierarchy.mountPoint).filter(isWritable)
  const base = bases.find(delegates) ?? bases[0]
  if (base === undefined) return undefined
  const parent = `${base}/lambent`
  const directory = `${parent}/${server}`
  if (!makeDirectory(parent)) return undefined
  handDown(parent)
  if (!makeDirectory(directory)) return undefined
  const controllers = handDown(directory)
  return { directory, controllers, canFreeze: existsSync(`${directory}/cgroup.freeze`) }
}

function ancestors(directory: string, top: string): string[] {
  return directory === top || directory.length < top.length ? [top] : [directory, ...ancestors(dirname(directory), top)]
}

function isWritable(directory: string): boolean {
  try {
    for (const file of ['cgroup.procs', 'cgroup.subtree_control']) accessSync(`${directory}/${file}`, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function delegates(base: string): boolean {
  const available = WANTED.filter((name) => readControl(`${base}/cgroup.controllers`).split(' ').includes(name))
  if (available.length === 0) return false
  if (handDown(base).length === available.length) return true
  // Busy because processes live here. If the only one is this server, it can step aside.
  const leaf = `${base}/lambent-server`
  const inhabitants = listProcesses(base)
  if (inhabitants.length !== 1 || inhabitants[0] !== process.pid || !makeDirectory(leaf)) return false
  tryWriteControl(`${leaf}/cgroup.procs`, String(process.pid))
  return handDown(base).length === available.length
}

/** Enables what can be enabled for the children, and tells what is. */
function handDown(directory: string): (typeof WANTED)[number][] {
  const file = `${directory}/cgroup.subtree_control`
  const enabled = () => readControl(file).split(' ')
  for (const name of WANTED) if (!enabled().includes(name)) tryWriteControl(file, `+${name}`)
  return WANTED.filter((name) => enabled().includes(name))
}
