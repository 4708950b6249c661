import type { Clock, Log } from '#base'
import type { EnvironmentHost } from '#environment'
import {
  alreadyPulling,
  HOST_ARCHITECTURE,
  noSuchRuntime,
  publicRuntimeImage,
  type RuntimeImage,
  runtimeImageFault,
  runtimeImageRefused,
} from '#resources'
import { ImageFault, type ResolvedImage, type Store } from '#store'

export interface RuntimePullsOptions {
  readonly store: Pick<Store, 'images' | 'runtimeImages'>
  readonly environments: Pick<EnvironmentHost, 'findRuntimeIn'>
  readonly clock: Clock
  readonly log: Log
  /** Environments of the runtime are to be started anew. */
  renew(runtime: string): void
}

/** How far the last pull for a runtime has come. */
export type PullState =
  | { readonly kind: 'pulling' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly reason: string }

/** Pulls images for runtimes. It takes minutes, so it goes on behind the back of who has asked. */
export class RuntimePulls {
  readonly #options: RuntimePullsOptions
  /** Of the last pull for each runtime since the start of the server. */
  readonly #states = new Map<string, PullState>()

  constructor(options: RuntimePullsOptions) {
    this.#options = options
  }

  /** Undefined when there was none. */
  stateOf(runtime: string): PullState | undefined {
    return this.#states.get(runtime)
  }

  /** What the image means now, AWS's own unless another is named; its files come later. */
  async begin(runtime: string, wanted?: string): Promise<ResolvedImage> {
    const uri = wanted ?? publicRuntimeImage(runtime)
    if (publicRuntimeImage(runtime) === undefined || uri === undefined) throw noSuchRuntime(runtime)
    const before = this.#states.get(runtime)
    if (before?.kind === 'pulling') throw alreadyPulling(runtime)
    this.#states.set(runtime, { kind: 'pulling' })
    try {
      const resolved = await this.#options.store.images.resolve(uri, HOST_ARCHITECTURE)
      void this.#finish(runtime, resolved)
      return resolved
    } catch (error) {
      if (before === undefined) this.#states.delete(runtime)
      else this.#states.set(runtime, before)
      throw error instanceof ImageFault ? runtimeImageRefused(error.kind, error.uri) : error
    }
  }

  async #finish(runtime: string, resolved: ResolvedImage): Promise<void> {
    const { store, clock, log, renew } = this.#options
    try {
      const image = await this.#pull(runtime, resolved)
      if ('reason' in image) return void this.#states.set(runtime, { kind: 'failed', reason: image.reason })
      await store.runtimeImages.put({ ...image, pulledMs: clock.now() })
      renew(runtime)
      this.#states.set(runtime, { kind: 'ready' })
    } catch (cause) {
      const isFault = cause instanceof ImageFault
      const reason = isFault ? runtimeImageFault(cause.kind, resolved.source.uri) : String(cause)
      log.warn('an image could not be pulled for a runtime', { runtime, image: resolved.source.uri, cause })
      this.#states.set(runtime, { kind: 'failed', reason })
    }
  }

  /** What is to be remembered of the image; or why it is of no use to the runtime. */
  async #pull(
    runtime: string,
    { digest, source }: ResolvedImage,
  ): Promise<Omit<RuntimeImage, 'pulledMs'> | { readonly reason: string }> {
    const { store, environments } = this.#options
    const image = await store.images.unpacked(source, 'runtime')
    if (image.architecture !== undefined && image.architecture !== HOST_ARCHITECTURE)
      return { reason: runtimeImageFault('wrong-platform', source.uri) }
    const found = await environments.findRuntimeIn(runtime, image)
    if ('fault' in found) return { reason: `${source.uri} ${found.fault}.` }
    const { interpreter } = found
    const sizeBytes = await store.images.sizeBytes(digest)
    return { runtime, source, digest, sizeBytes, ...(interpreter !== undefined && { interpreter }) }
  }
}
