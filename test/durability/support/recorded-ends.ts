import type { Message } from '@aws-sdk/client-sqs'
import type { Targets } from '../../support/targets.ts'
import type { RunRecorder } from './run-recorder.ts'

/** How events ended, as a function that is their destination tells it, and a dead-letter queue. */
export interface RecordedEnds {
  /** Of one event, once for each invocation that was to hear of it. */
  of(id: string): readonly string[]
  /** Ids of the events that the queue got; those that it got twice are in it twice. */
  letters(): Promise<readonly string[]>
}

/** The recorder is told by `report-end-node`; the queue is of this name. */
export function recordedEnds(recorder: RunRecorder, targets: Targets, queue: string): RecordedEnds {
  const letters: string[] = []
  const ends = new Map<string, string[]>()
  let read = 0
  // What was told is never taken back.
  function readNew(): void {
    for (const told of [...recorder.runs.keys()].slice(read)) {
      const [event = '', condition = ''] = told.split(' ')
      ends.set(event, [...(ends.get(event) ?? []), condition])
      read++
    }
  }
  return {
    of(id) {
      if (recorder.runs.size > read) readNew()
      return ends.get(id) ?? []
    },
    async letters() {
      letters.push(...(await targets.drain(queue)).map(idOf))
      return letters
    },
  }
}

const idOf = ({ Body = '' }: Message): string => JSON.parse(Body).id
