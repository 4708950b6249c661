import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACCOUNT, assertFails, type Neighbourhood, NOW_MS, openNeighbourhood, userWith } from './support.ts'

const arn = (group: string) => `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:${group}`

async function write({ store }: Neighbourhood, group: string, stream: string, timestampMs: number): Promise<void> {
  const sink = store.logs.openStream(group, stream)
  sink.append(timestampMs, 'hello')
  await sink.close()
}

test('a log group is described as AWS describes it', async (t) => {
  const there = await openNeighbourhood(t)
  await write(there, '/aws/lambda/echo', 's', NOW_MS)
  const [group] = (await there.logs('DescribeLogGroups', {})).logGroups ?? []
  assert(group?.storedBytes)
  assert.deepEqual(
    { ...group, storedBytes: 1 },
    {
      logGroupName: '/aws/lambda/echo',
      creationTime: NOW_MS,
      metricFilterCount: 0,
      arn: `${arn('/aws/lambda/echo')}:*`,
      logGroupClass: 'STANDARD',
      logGroupArn: arn('/aws/lambda/echo'),
      storedBytes: 1,
      deletionProtectionEnabled: false,
    },
  )
})

test('log groups are chosen and paged', async (t) => {
  const there = await openNeighbourhood(t)
  for (const name of ['/a/one', '/a/two', '/b/one', '/b/two', '/c/one']) await write(there, name, 's', NOW_MS)
  const names = async (input: object) => {
    const { logGroups = [], nextToken } = await there.logs('DescribeLogGroups', input)
    return { names: logGroups.map(({ logGroupName }) => logGroupName), nextToken }
  }
  const found = async (input: object) => (await names(input)).names
  assert.deepEqual(await found({ logGroupNamePrefix: '/b' }), ['/b/one', '/b/two'])
  assert.deepEqual(await found({ logGroupNamePattern: 'one' }), ['/a/one', '/b/one', '/c/one'])
  assert.deepEqual(await found({ logGroupClass: 'INFREQUENT_ACCESS' }), [])
  assert.deepEqual(await found({ logGroupIdentifiers: ['/c/one', '/c', arn('/a/one')] }), ['/a/one', '/c/one'])
  for (const choice of [{ logGroupNamePattern: 'one' }, { logGroupNamePrefix: '/' }, {}]) {
    const pages: unknown[] = []
    let nextToken: string | undefined
    do {
      const page = await names({ ...choice, limit: 2, ...(nextToken !== undefined && { nextToken }) })
      pages.push(...page.names)
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    assert.deepEqual(pages, await found(choice))
  }
})

test('log streams are described, in order of name or of their last event', async (t) => {
  const there = await openNeighbourhood(t)
  for (const [name, time] of [
    ['b', 3],
    ['a', 2],
    ['c', 1],
  ] as const)
    await write(there, 'group', name, NOW_MS - 10 + time)
  const names = async (input: object) => {
    const { logStreams = [], nextToken } = await there.logs('DescribeLogStreams', { logGroupName: 'group', ...input })
    return [...logStreams.map(({ logStreamName }) => logStreamName), nextToken === undefined ? '' : '…'].join('')
  }
  const { logStreams } = await there.logs('DescribeLogStreams', { logGroupIdentifier: arn('group'), limit: 1 })
  assert.deepEqual(logStreams, [
    {
      logStreamName: 'a',
      creationTime: NOW_MS,
      firstEventTimestamp: NOW_MS - 8,
      lastEventTimestamp: NOW_MS - 8,
      lastIngestionTime: NOW_MS,
      arn: `${arn('group')}:log-stream:a`,
      storedBytes: 0,
    },
  ])
  assert.equal(await names({}), 'abc')
  assert.equal(await names({ descending: true, limit: 2 }), 'cb…')
  assert.equal(await names({ orderBy: 'LastEventTime', descending: true }), 'bac')
  assert.equal(await names({ orderBy: 'LogStreamName', logStreamNamePrefix: 'b' }), 'b')
})

test('what is not there, or contradicts itself, is refused', async (t) => {
  const there = await openNeighbourhood(t)
  await write(there, 'group', 's', NOW_MS)
  const noGroup = ['ResourceNotFoundException', 400, 'The specified log group does not exist.'] as const
  const badToken = ['InvalidParameterException', 400, 'The specified nextToken is invalid.'] as const
  await assertFails(there.logs('DescribeLogStreams', { logGroupName: 'other' }), ...noGroup)
  const elsewhere = arn('group').replace('eu-west-1', 'us-east-1')
  await assertFails(there.logs('DescribeLogStreams', { logGroupIdentifier: elsewhere }), ...noGroup)
  await assertFails(there.logs('DescribeLogGroups', { nextToken: 'x' }), ...badToken)
  await assertFails(there.logs('DescribeLogStreams', { logGroupName: 'group', nextToken: 'x' }), ...badToken)
  await assertFails(
    there.logs('DescribeLogStreams', { logGroupName: 'group', orderBy: 'LastEventTime', logStreamNamePrefix: 's' }),
    'InvalidParameterException',
    400,
    'Cannot order by LastEventTime with a logStreamNamePrefix.',
  )
  await assertFails(
    there.logs('DescribeLogStreams', { logGroupName: 'group', logGroupIdentifier: 'group' }),
    'ValidationException',
    400,
    'LogGroup name and LogGroup ARN are mutually exclusive parameters.',
  )
  await assertFails(
    there.logs('DescribeLogGroups', { logGroupNamePrefix: 'g', logGroupNamePattern: 'g' }),
    'InvalidParameterException',
    400,
    'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
  )
})

test('every operation on logs asks for its permission, on the log group', async (t) => {
  const there = await openNeighbourhood(t)
  const inputs = {
    DescribeLogGroups: {},
    DescribeLogStreams: { logGroupName: 'group' },
    GetLogEvents: { logGroupIdentifier: arn('group'), logStreamName: 's' },
    FilterLogEvents: { logGroupName: 'group' },
  }
  for (const [name, input] of Object.entries(inputs)) {
    const resource = name === 'DescribeLogGroups' ? arn('*') : `${arn('group')}:*`
    await assertFails(
      there.logs(name as 'GetLogEvents', input as never, userWith('alice')),
      'AccessDeniedException',
      403,
      `User: arn:aws:iam::${ACCOUNT}:user/alice is not authorized to perform: logs:${name} on resource: ${resource} because no identity-based policy allows the logs:${name} action`,
    )
  }
})
