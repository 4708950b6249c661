import type { Log } from '#base'
import type { Environment, LostRoot, RuntimeRoot, RuntimeSource } from '#environment'
import { lostRuntimeImage, type RuntimeImage } from '#resources'
import type { Store } from '#store'

/** The image of a runtime, for one start of an environment. */
interface Source {
  readonly find: RuntimeSource
  /** The environment has started: the image is in use if it was asked for. */
  note(environment: Environment): void
}

export interface RuntimeRootsOptions {
  readonly store: Pick<Store, 'images' | 'runtimeImages'>
  readonly log: Log
}

// A registry that is gone is not asked at every start.
const RETRY_MS = 60_000

/** The images that were pulled for runtimes, as environments need them; and which of them environments have. */
export class RuntimeRoots {
  readonly #options: RuntimeRootsOptions
  /** Also of images that were removed since: their files are needed for as long. */
  readonly #users = new Map<Environment, string>()
  /** What is being looked for, and for a while what could not be found; by digest and runtime. */
  readonly #answers = new Map<string, Promise<RuntimeRoot | LostRoot>>()

  constructor(options: RuntimeRootsOptions) {
    this.#options = options
  }

  /** Undefined when none was pulled. */
  sourceOf(runtime: string): Source | undefined {
    const image = this.#options.store.runtimeImages.get(runtime)
    if (image === undefined) return undefined
    let isAsked = false
    return {
      find: () => {
        isAsked = true
        return this.#find(image)
      },
      note: (environment) => {
        this.#forgetDead()
        if (isAsked) this.#users.set(environment, image.digest)
      },
    }
  }

  inUse(): ReadonlySet<string> {
    this.#forgetDead()
    return new Set(this.#users.values())
  }

  /** What could not be found may be there now. */
  tryAgain(): void {
    this.#answers.clear()
  }

  #find(image: RuntimeImage): Promise<RuntimeRoot | LostRoot> {
    const key = `${image.runtime} ${image.digest}`
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const answer = this.#look(image)
    this.#answers.set(key, answer)
    const forget = () => void (this.#answers.get(key) === answer && this.#answers.delete(key))
    void answer.then((found) => ('lost' in found ? void setTimeout(forget, RETRY_MS).unref() : forget()))
    return answer
  }

  async #look(image: RuntimeImage): Promise<RuntimeRoot | LostRoot> {
    const { store, log } = this.#options
    const { source, interpreter, runtime } = image
    try {
      const { directory, variables } = await store.images.unpacked(source, 'runtime')
      return { directory, variables, ...(interpreter !== undefined && { interpreter }) }
    } catch (cause) {
      log.warn('the image of a runtime is lost', { runtime, image: source.uri, cause })
      return { lost: lostRuntimeImage(image) }
    }
  }

  /** There are never more than a host has environments. */
  #forgetDead(): void {
    for (const environment of this.#users.keys()) if (!environment.isAlive) this.#users.delete(environment)
  }
}
