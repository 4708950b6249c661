import { chmod, mkdir, rename, rm, rmdir } from 'node:fs/promises'
import { runTool } from '#base'

/** Makes the file systems behind `/tmp`: each of exactly the wanted size, private, and independent of any process. */
export interface EphemeralStorage {
  readonly kind: 'disk' | 'memory'
  /** A mounted, empty directory with mode 1777 of `sizeMb`. Usually one that was made ahead. */
  take(sizeMb: number): Promise<string>
  release(directory: string): Promise<void>
  close(): Promise<void>
}

/** Mounting takes over 10 ms, so some are ready before they are needed: enough for a small burst of cold starts. */
const READY = 2
/** The cold start that has taken one needs the processors itself. */
const REFILL_AFTER_MS = 250
/** Sizes for which file systems are kept ready; others are made when asked for. */
const MOST_SIZES = 4
const DEFAULT_SIZE_MB = 512

/** Undefined when this machine lets us mount neither an image nor a memory file system. */
export async function openEphemeralStorage(directory: string): Promise<EphemeralStorage | undefined> {
  await mkdir(directory, { recursive: true })
  for (const kind of ['disk', 'memory'] as const) {
    const maker = createMaker(directory, kind)
    try {
      const first = await maker.make(DEFAULT_SIZE_MB)
      return keepReady(kind, maker, first)
    } catch {
      await maker.close()
    }
  }
  return undefined
}

function keepReady(kind: 'disk' | 'memory', maker: Maker, first: string): EphemeralStorage {
  const ready = new Map<number, Promise<string>[]>([[DEFAULT_SIZE_MB, [Promise.resolve(first)]]])
  let isClosed = false
  /** One after the other, so that making ahead does not compete with the cold starts it is for. */
  let making: Promise<unknown> = Promise.resolve()

  function refill(sizeMb: number): void {
    const pool = ready.get(sizeMb) ?? []
    if (!ready.has(sizeMb) && ready.size >= MOST_SIZES) return
    ready.set(sizeMb, pool)
    while (!isClosed && pool.length < READY) {
      const next = making.then(() => maker.make(sizeMb))
      making = next.catch(() => {
        const index = pool.indexOf(next)
        if (index >= 0) pool.splice(index, 1)
      })
      pool.push(next)
    }
  }

  refill(DEFAULT_SIZE_MB)
  return {
    kind,
    async take(sizeMb) {
      const prepared = ready.get(sizeMb)?.shift()
      const directory = await (prepared ?? maker.make(sizeMb))
      setTimeout(refill, REFILL_AFTER_MS, sizeMb).unref()
      return directory
    },
    release: (directory) => maker.unmake([directory]),
    async close() {
      isClosed = true
      await making.catch(() => {})
      await maker.close()
    },
  }
}

interface Maker {
  make(sizeMb: number): Promise<string>
  unmake(directories: readonly string[]): Promise<void>
  close(): Promise<void>
}

function createMaker(directory: string, kind: 'disk' | 'memory'): Maker {
  const templates = new Map<number, Promise<string>>()
  const mounted = new Set<string>()
  let count = 0

  async function mountNew(name: string, sizeMb: number): Promise<string> {
    const target = `${directory}/${name}`
    await mkdir(target)
    try {
      if (kind === 'memory') {
        await runTool('mount', ['-t', 'tmpfs', '-o', `nosuid,nodev,mode=1777,size=${sizeMb}m`, 'lambent', target])
      } else {
        const image = `${target}.image`
        await runTool('cp', ['--sparse=always', await template(sizeMb), image])
        await mountImage(image, target)
        // The loop device keeps the file; with its name gone, nothing is left when the mount goes.
        await rm(image)
      }
    } catch (error) {
      await rm(`${target}.image`, { force: true })
      await rmdir(target)
      throw error
    }
    mounted.add(target)
    return target
  }

  function template(sizeMb: number): Promise<string> {
    const known = templates.get(sizeMb) ?? makeTemplate(`${directory}/template-${sizeMb}`, sizeMb)
    templates.set(sizeMb, known)
    known.catch(() => templates.delete(sizeMb))
    return known
  }

  async function unmake(targets: readonly string[]): Promise<void> {
    const present = targets.filter((target) => mounted.delete(target))
    if (present.length === 0) return
    await unmount(present)
    await Promise.all(present.map((target) => rmdir(target).catch(() => {})))
  }

  return {
    make: (sizeMb) => mountNew(`tmp-${++count}`, sizeMb),
    unmake,
    async close() {
      await unmake([...mounted])
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Lazily: what a dying process still holds open must not keep the environment from going. */
export async function unmount(targets: readonly string[]): Promise<void> {
  await runTool('umount', ['-l', ...targets]).catch(() => {})
}

const mountImage = (image: string, target: string) =>
  runTool('mount', ['-o', 'loop,nosuid,nodev,noatime', image, target])

/** An empty file system; its copies stay sparse, so each takes a few hundred kilobytes until it is written to. */
async function makeTemplate(path: string, sizeMb: number): Promise<string> {
  const unfinished = `${path}.unfinished`
  // Some room for the file system's own tables, so that the function gets what it was promised.
  await runTool('truncate', ['-s', `${Math.ceil(sizeMb * 1.03) + 8}M`, unfinished])
  const options = ['-O', '^has_journal', '-E', 'lazy_itable_init=1,nodiscard', '-m', '0']
  await runTool('mkfs.ext4', ['-q', '-F', ...options, unfinished])
  await mkdir(path)
  await mountImage(unfinished, path)
  try {
    await rmdir(`${path}/lost+found`)
    await chmod(path, 0o1777)
  } finally {
    await runTool('umount', [path])
  }
  await rmdir(path)
  await rename(unfinished, path)
  return path
}
