import { rm } from 'node:fs/promises'
import type { GroupFiles, LogIndex, Segment, StreamFiles } from './log-index.ts'
import type { LogLimits } from './log-limits.ts'

// Down to this part of a limit, so that removing is done rarely and not with every record.
const LOW_WATER = 0.9

/** Removes the oldest files of groups that have grown too large, then of all groups if together they have. */
export async function removeOldest(index: LogIndex, limits: LogLimits): Promise<void> {
  const { maximumGroupBytes, maximumGroupStreams, maximumTotalBytes } = limits
  for (const group of index.groups.values()) {
    if (group.bytes <= maximumGroupBytes && group.streams.size <= maximumGroupStreams) continue
    const isSmall = () =>
      group.bytes <= maximumGroupBytes * LOW_WATER && group.streams.size <= maximumGroupStreams * LOW_WATER
    await removeUntil(index, segmentsOf(group), isSmall)
  }
  if (index.bytes <= maximumTotalBytes) return
  await removeUntil(
    index,
    [...index.groups.values()].flatMap(segmentsOf),
    () => index.bytes <= maximumTotalBytes * LOW_WATER,
  )
}

interface Place {
  readonly group: GroupFiles
  readonly stream: StreamFiles
  readonly segment: Segment
}

const segmentsOf = (group: GroupFiles): Place[] =>
  [...group.streams.values()].flatMap((stream) => stream.segments.map((segment) => ({ group, stream, segment })))

async function removeUntil(index: LogIndex, places: readonly Place[], isEnough: () => boolean): Promise<void> {
  const oldestFirst = places.toSorted((a, b) => a.segment.lastMs - b.segment.lastMs)
  for (const { group, stream, segment } of oldestFirst) {
    if (isEnough()) return
    index.removeSegment(group, stream, segment)
    await rm(segment.path, { force: true })
  }
}
