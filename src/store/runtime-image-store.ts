import type { RuntimeImage } from '#resources'

/** Which images were pulled for runtimes; at most one for each. They are in memory, and changes are on disk when they resolve. */
export interface RuntimeImageStore {
  /** In the order of their names. */
  list(): readonly RuntimeImage[]
  get(runtime: string): RuntimeImage | undefined
  /** In the place of the one that the runtime had. */
  put(image: RuntimeImage): Promise<void>
  /** False when there is none. */
  remove(runtime: string): Promise<boolean>
}
