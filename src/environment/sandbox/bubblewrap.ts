import { dirname } from 'node:path'
import type { CgroupTree } from '../cgroups/cgroup-tree.ts'
import { type EnteringPrograms, findEnteringPrograms } from '../images/host-programs.ts'
import { openBatchScheduling } from './batch-scheduling.ts'
import { BubblewrapSandbox } from './bubblewrap/bubblewrap-sandbox.ts'
import { startChild } from './bubblewrap/child.ts'
import { hostView, makeParents, SETTING_FILES } from './bubblewrap/host-view.ts'
import { describeLimits } from './bubblewrap/limits.ts'
import { giveBack } from './bubblewrap/parts.ts'
import { openEphemeralStorage } from './ephemeral-storage.ts'
import { openNests } from './nests.ts'
import type { PrivateNetwork } from './network/private-network.ts'
import { openPrivateNetworks } from './network/private-networks.ts'
import { probe } from './probe.ts'
import type { SandboxSpec, SandboxTechnique } from './sandbox.ts'
import { writeFilter } from './seccomp/filter-file.ts'
import { openSettings, SEEN_SETTINGS } from './settings.ts'
import { claimUserRange } from './user-range.ts'

/**
 * Linux namespaces by bubblewrap. As root, every environment also has its own user id; an ordinary user's environments
 * live in a user namespace and share his.
 */
export async function openBubblewrap(
  directory: string,
  cgroups: CgroupTree,
  network: 'host' | 'none',
): Promise<SandboxTechnique> {
  const isRoot = process.getuid?.() === 0
  const filter = await probe(await writeFilter(dirname(directory), process.arch))
  const schedule = await openBatchScheduling()
  const networks = network === 'none' ? await openPrivateNetworks() : undefined
  const storage = isRoot ? await openEphemeralStorage(directory) : undefined
  const users = isRoot ? await claimUserRange() : undefined
  const root = hostView()
  let programs: Promise<EnteringPrograms> | undefined
  const findPrograms = () => {
    programs ??= findEnteringPrograms().catch((error) => {
      programs = undefined
      throw error
    })
    return programs
  }
  const settings = openSettings(`${dirname(directory)}/settings`, SETTING_FILES)
  const nests = openNests(cgroups, () => startChild(['/bin/sh'], { input: 'pipe', unwanted: [], filter }))
  async function prepare(spec: SandboxSpec): Promise<BubblewrapSandbox> {
    const image = spec.image && { image: spec.image, programs: await findPrograms() }
    const temporary = await storage?.take(spec.ephemeralStorageMb)
    let network: PrivateNetwork | undefined
    let user: number | undefined
    try {
      network = await networks?.take()
      user = users?.take()
      return new BubblewrapSandbox({
        spec,
        image,
        nests,
        storage,
        users,
        user,
        root: [...root, ...makeParents(SEEN_SETTINGS), ...settings.view()],
        temporary,
        filter,
        schedule,
        network,
      })
    } catch (error) {
      await giveBack({ storage, users, user, temporary, network })
      throw error
    }
  }
  return {
    limits: describeLimits({ cgroups, storage, users, filter, network }),
    runsImages: true,
    async create(spec) {
      const sandbox = await prepare(spec)
      try {
        sandbox.adapt(spec)
      } catch (error) {
        await sandbox.remove()
        throw error
      }
      return sandbox
    },
    // An ordinary user cannot mount anything into a sandbox that is there.
    prepare: isRoot ? prepare : undefined,
    async close() {
      users?.close()
      await nests.close()
      await networks?.close()
      await storage?.close()
    },
  }
}
