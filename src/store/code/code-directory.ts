import { existsSync } from 'node:fs'
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newUuid } from '#base'

/**
 * The places of a package: `zips/<hex>.zip` is what counts, `unpacked/<hex>/` can be made from it at any time,
 * `temporary/` holds what is not finished, `trash/` what is being removed; neither is looked at again.
 */
export class CodeDirectory {
  readonly #root: string
  #emptied: Promise<void> = Promise.resolve()

  constructor(root: string) {
    this.#root = root
  }

  zip(hash: string): string {
    return join(this.#root, 'zips', `${hash}.zip`)
  }

  unpacked(hash: string): string {
    return join(this.#root, 'unpacked', hash)
  }

  temporary(): string {
    return join(this.#root, 'temporary', newUuid())
  }

  /** Resolves when packages can be kept; what is to be thrown away may be going on behind. */
  async prepare(): Promise<void> {
    await mkdir(join(this.#root, 'zips'), { recursive: true, mode: 0o700 })
    await this.#throwAway('temporary')
    if (!(await this.#isOfThisBoot())) await this.#throwAway('unpacked')
    for (const name of ['temporary', 'unpacked']) await mkdir(join(this.#root, name), { recursive: true, mode: 0o755 })
    await writeFile(join(this.#root, 'unpacked', BOOT_FILE), bootId)
    this.#emptied = rm(join(this.#root, 'trash'), { recursive: true, force: true }).catch(() => {})
  }

  /** Resolves when nothing is going on any more. */
  close(): Promise<void> {
    return this.#emptied
  }

  /** All packages, also those of which a crash left only one half. */
  async hashes(): Promise<ReadonlySet<string>> {
    const names = [...(await readdir(join(this.#root, 'zips'))), ...(await readdir(join(this.#root, 'unpacked')))]
    return new Set(names.map((name) => name.replace(/\.zip$/, '')).filter((name) => name !== BOOT_FILE))
  }

  /** First out of the way, then file by file: nobody finds half a directory. */
  async remove(hash: string): Promise<void> {
    await rm(this.zip(hash), { force: true })
    const trash = this.temporary()
    if (!(await exists(this.unpacked(hash)))) return
    await rename(this.unpacked(hash), trash)
    await rm(trash, { recursive: true, force: true })
  }

  /** A rename, so that nobody waits for the removal of many files. */
  async #throwAway(name: string): Promise<void> {
    if (!(await exists(join(this.#root, name)))) return
    await mkdir(join(this.#root, 'trash'), { recursive: true, mode: 0o700 })
    await rename(join(this.#root, name), join(this.#root, 'trash', newUuid()))
  }

  /**
   * Thousands of unpacked files are not each synced to disk. A crash of the process does them no harm, a crash of the
   * machine may: so those of an earlier boot are not trusted.
   */
  async #isOfThisBoot(): Promise<boolean> {
    const written = await readFile(join(this.#root, 'unpacked', BOOT_FILE), 'utf8').catch(() => undefined)
    return written === bootId
  }
}

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

const BOOT_FILE = '.boot-id'
const LINUX_BOOT_ID = '/proc/sys/kernel/random/boot_id'
/** Where the system does not tell, every start of the server counts as a boot. */
const bootId = existsSync(LINUX_BOOT_ID) ? await readFile(LINUX_BOOT_ID, 'utf8') : newUuid()
