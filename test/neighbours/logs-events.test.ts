import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertFails, type Neighbourhood, NOW_MS, openNeighbourhood } from './support.ts'

const group = { logGroupName: '/aws/lambda/echo' }

/** Appends messages that are named after their time. */
async function write({ store }: Neighbourhood, stream: string, ...timesMs: readonly number[]): Promise<void> {
  const sink = store.logs.openStream(group.logGroupName, stream)
  for (const time of timesMs) sink.append(time, `at ${time}`)
  await sink.close()
}

const timesOf = ({
  events = [],
}: {
  readonly events?: readonly { readonly timestamp?: number | undefined }[] | undefined
}) => events.map(({ timestamp }) => timestamp)

test('the events of a stream are read forward and backward', async (t) => {
  const there = await openNeighbourhood(t)
  await write(there, 's', 1, 2, 3, 4, 5)
  const read = (input: object) => there.logs('GetLogEvents', { ...group, logStreamName: 's', ...input })
  const newest = await read({ limit: 2 })
  assert.deepEqual(newest.events, [
    { timestamp: 4, message: 'at 4', ingestionTime: NOW_MS },
    { timestamp: 5, message: 'at 5', ingestionTime: NOW_MS },
  ])
  assert.match(newest.nextForwardToken ?? '', /^f\//)
  assert.match(newest.nextBackwardToken ?? '', /^b\//)
  assert.deepEqual(timesOf(await read({ nextToken: newest.nextBackwardToken, limit: 2 })), [2, 3])
  const oldest = await read({ startFromHead: true, limit: 3 })
  assert.deepEqual(timesOf(oldest), [1, 2, 3])
  const rest = await read({ startFromHead: true, nextToken: oldest.nextForwardToken })
  assert.deepEqual(timesOf(rest), [4, 5])
  const none = await read({ startFromHead: true, nextToken: rest.nextForwardToken })
  assert.deepEqual([timesOf(none), none.nextForwardToken], [[], rest.nextForwardToken])
  assert.deepEqual(timesOf(await read({ startTime: 2, endTime: 4 })), [2, 3])
})

test('the events of a group are merged by their time', async (t) => {
  const there = await openNeighbourhood(t)
  await write(there, 'a', 1, 3, 5)
  await write(there, 'b', 2, 4)
  await write(there, 'c', 6)
  const filter = (input: object = {}) => there.logs('FilterLogEvents', { ...group, ...input })
  const { events, searchedLogStreams, nextToken } = await filter({ limit: 1 })
  assert.match(events?.[0]?.eventId ?? '', /^\d{56}$/)
  assert.deepEqual(events, [
    { logStreamName: 'a', timestamp: 1, message: 'at 1', ingestionTime: NOW_MS, eventId: events?.[0]?.eventId },
  ])
  assert.deepEqual(searchedLogStreams, [])
  assert.deepEqual(timesOf(await filter({ nextToken })), [2, 3, 4, 5, 6])
  assert.deepEqual(timesOf(await filter({ logStreamNames: ['b', 'c'] })), [2, 4, 6])
  assert.deepEqual(timesOf(await filter({ logStreamNamePrefix: 'a', interleaved: false })), [1, 3, 5])
  assert.deepEqual(timesOf(await filter({ startTime: 2, endTime: 4 })), [2, 3, 4])
})

test('a reader who asks again from the last time sees what came since', async (t) => {
  const there = await openNeighbourhood(t)
  const seen = new Set<string | undefined>()
  const messages: unknown[] = []
  const poll = async (startTime: number) => {
    let nextToken: string | undefined
    do {
      const page = await there.logs('FilterLogEvents', { ...group, startTime, interleaved: true, limit: 2, nextToken })
      for (const { eventId, message } of page.events ?? []) {
        if (!seen.has(eventId)) messages.push(message)
        seen.add(eventId)
      }
      nextToken = page.nextToken
    } while (nextToken !== undefined)
  }
  await write(there, 'a', 1, 2, 3)
  await poll(1)
  await write(there, 'b', 3, 4)
  await poll(3)
  assert.deepEqual(messages, ['at 1', 'at 2', 'at 3', 'at 3', 'at 4'])
})

test('what is not there, or contradicts itself, is refused', async (t) => {
  const there = await openNeighbourhood(t)
  await write(there, 's', 1)
  const noGroup = ['ResourceNotFoundException', 400, 'The specified log group does not exist.'] as const
  const noStream = ['ResourceNotFoundException', 400, 'The specified log stream does not exist.'] as const
  const badToken = ['InvalidParameterException', 400, 'The specified nextToken is invalid.'] as const
  const { logs } = there
  await assertFails(logs('GetLogEvents', { logGroupName: 'other', logStreamName: 's' }), ...noGroup)
  await assertFails(logs('GetLogEvents', { ...group, logStreamName: 'other' }), ...noStream)
  await assertFails(logs('GetLogEvents', { ...group, logStreamName: 's', nextToken: 'x' }), ...badToken)
  await assertFails(logs('FilterLogEvents', { logGroupName: 'other' }), ...noGroup)
  await assertFails(logs('FilterLogEvents', { ...group, logStreamNames: ['s', 'other'] }), ...noStream)
  await assertFails(logs('FilterLogEvents', { ...group, nextToken: 'x' }), ...badToken)
  await assertFails(
    logs('FilterLogEvents', { ...group, logStreamNames: ['s'], logStreamNamePrefix: 's' }),
    'InvalidParameterException',
    400,
    'LogStream names and LogStream name prefix are mutually exclusive parameters.',
  )
  await assertFails(
    logs('FilterLogEvents', { ...group, startFromHead: false }),
    'InvalidParameterException',
    400,
    'startFromHead false is not supported by lambent yet.',
  )
  await assertFails(
    logs('FilterLogEvents', {}),
    'ValidationException',
    400,
    'Either LogGroup name or LogGroup ARN must be specified.',
  )
})
