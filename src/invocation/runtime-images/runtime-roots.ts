import type { Environment, RuntimeRoot } from '#environment'
import type { Store } from '#store'

/** What environments of a runtime start from when an image was pulled for it. */
interface FoundRoot {
  readonly root: RuntimeRoot
  readonly digest: string
}

/** The images that were pulled for runtimes, as environments need them; and which of them environments have. */
export class RuntimeRoots {
  readonly #store: Pick<Store, 'images' | 'runtimeImages'>
  /** Also of images that were removed since: their files are needed for as long. */
  readonly #users = new Map<Environment, string>()

  constructor(store: Pick<Store, 'images' | 'runtimeImages'>) {
    this.#store = store
  }

  /** Undefined when none was pulled. Throws ImageFault when its files are lost and cannot be pulled again. */
  async find(runtime: string): Promise<FoundRoot | undefined> {
    const image = this.#store.runtimeImages.get(runtime)
    if (image === undefined) return undefined
    const { digest, source, interpreter } = image
    const { directory, variables } = await this.#store.images.unpacked(source, 'runtime')
    return { digest, root: { directory, variables, ...(interpreter !== undefined && { interpreter }) } }
  }

  note(environment: Environment, digest: string): void {
    this.#forgetDead()
    this.#users.set(environment, digest)
  }

  inUse(): ReadonlySet<string> {
    this.#forgetDead()
    return new Set(this.#users.values())
  }

  /** There are never more than a host has environments. */
  #forgetDead(): void {
    for (const environment of this.#users.keys()) if (!environment.isAlive) this.#users.delete(environment)
  }
}
