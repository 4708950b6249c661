import { updateInProgress } from '#resources'

// Each lost round is the win of another writer, so even a crowd is through long before.
const MAX_ROUNDS = 1_000

/** What `attempt` has written; it is asked again while it answers that another writer came first: undefined. */
export async function untilWritten<Written>(
  arn: string,
  attempt: () => Promise<Written | undefined>,
): Promise<Written> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const written = await attempt()
    if (written !== undefined) return written
  }
  throw updateInProgress(arn)
}
