import { openLibc } from '../libc.ts'

/** Of the kernel's headers. */
const SCHED_BATCH = 3
/** `struct sched_param`: the priority, which this policy has none of. */
const NO_PRIORITY = new Uint8Array(4)

/**
 * Gives a process, and all that it will ever start, the policy of batch work: it gets as much of the processors as ever,
 * but does not push another process aside in the moment it wakes up. The server wakes one up with every event it hands
 * over, and would have to stop in the middle of handing over the next one.
 */
export type ScheduleAsBatch = (processId: number) => void

/** Does nothing where it is not possible. */
export async function openBatchScheduling(): Promise<ScheduleAsBatch> {
  const libc = await openLibc()
  const setScheduler = libc?.declare('int sched_setscheduler(int process, int policy, void *parameters)')
  return (processId) => {
    try {
      setScheduler?.(`schedule process ${processId}`, processId, SCHED_BATCH, NO_PRIORITY)
    } catch {
      // It has ended already, or the host does not let us.
    }
  }
}
