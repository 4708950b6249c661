import type { LayerVersion, LayerVersionAddress, NewLayerVersion, Page, ResourcePolicy } from '#resources'
import type { PageOptions } from './identity-store.ts'

/** Layer versions, keyed by account, layer name and number. */
export interface LayerStore {
  /** Stores it under the next number of its layer; no number is used twice, also after deletions. Throws CodeStorageFull. */
  publish(layer: NewLayerVersion): Promise<LayerVersion>

  find(account: string, layerName: string, version: number): Promise<LayerVersion | undefined>

  /** One that is not there is deleted successfully. */
  delete(account: string, layerName: string, version: number): Promise<void>

  /** From memory, for the request path. */
  peekPolicy(layer: LayerVersionAddress): LayerPolicy | undefined

  /** False when there is no such layer version, or its policy has another revision than `expectedRevisionId`. */
  replacePolicy(
    layer: LayerVersionAddress,
    policy: LayerPolicy | undefined,
    expectedRevisionId: string | undefined,
  ): Promise<boolean>

  /** Newest first. Throws InvalidCursor. */
  listVersions(account: string, layerName: string, options: ListLayersOptions): Promise<Page<LayerVersion>>

  /** Of every layer the newest version that fits, in order of name. Throws InvalidCursor. */
  list(account: string, options: ListLayersOptions): Promise<Page<LayerVersion>>

  /** The `sha256` of every code package of some layer version. */
  usedCode(): Promise<ReadonlySet<string>>

  /** The zips of all layer versions of an account together. */
  codeBytes(account: string): Promise<number>
}

export interface LayerPolicy {
  readonly policy: ResourcePolicy
  readonly revisionId: string
}

export interface ListLayersOptions extends PageOptions {
  /** Only versions that say they fit this runtime. */
  readonly runtime?: string | undefined
  readonly architecture?: string | undefined
}
