import type { ScheduleAsBatch } from '../batch-scheduling.ts'
import type { EphemeralStorage } from '../ephemeral-storage.ts'
import type { ImageParts } from '../image-view.ts'
import type { Nests } from '../nests.ts'
import type { PrivateNetwork } from '../network/private-network.ts'
import type { SandboxSpec } from '../sandbox.ts'
import type { FilterFile } from '../seccomp/filter-file.ts'
import type { UserRange } from '../user-range.ts'

/** What a sandbox is made of. */
export interface Parts {
  readonly spec: SandboxSpec
  readonly image: ImageParts | undefined
  readonly nests: Nests
  readonly storage: EphemeralStorage | undefined
  readonly users: UserRange | undefined
  /** Undefined: the server's. */
  readonly user: number | undefined
  readonly root: readonly string[]
  /** The host directory that is `/tmp` inside; undefined: a memory file system that lives as long as the process. */
  readonly temporary: string | undefined
  readonly filter: FilterFile | undefined
  readonly schedule: ScheduleAsBatch
  /** Undefined: the host's. */
  readonly network: PrivateNetwork | undefined
}

/** What a sandbox has for itself while it is there. */
export async function giveBack({
  storage,
  users,
  user,
  temporary,
  network,
}: Pick<Parts, 'storage' | 'users' | 'user' | 'temporary' | 'network'>): Promise<void> {
  if (temporary !== undefined) await storage?.release(temporary)
  network?.close()
  if (user !== undefined) users?.giveBack(user)
}
