import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '#model'
import { type HttpRequest, matchCall } from '#protocol'
import { errorOf, openNeighbourhood } from './support.ts'

const post = (headers: Readonly<Record<string, string>>, body: string): HttpRequest => ({
  method: 'POST',
  rawPath: '/',
  rawQuery: '',
  headers,
  rawHeaders: Object.entries(headers).flat(),
  body: Buffer.from(body),
  sourceIp: '127.0.0.1',
  secure: false,
})

const form = (members: Readonly<Record<string, string>>) =>
  matchCall(
    post(
      { 'content-type': 'application/x-www-form-urlencoded' },
      new URLSearchParams({ Version: '2010-05-08', ...members }).toString(),
    ),
  )

test('a form becomes an input, and an output becomes XML', async (t) => {
  const { iam } = await openNeighbourhood(t)
  const call = form({
    Action: 'CreateUser',
    UserName: 'a+b@c',
    Path: '/team/',
    'Tags.member.1.Key': 'k',
    'Tags.member.1.Value': '',
  })
  const input = call.decodeInput()
  assert.deepEqual(input, { UserName: 'a+b@c', Path: '/team/', Tags: [{ Key: 'k', Value: '' }] })
  const output = await iam('CreateUser', { UserName: 'a+b@c' })
  const { status, body } = call.encodeOutput({ ...output }, 'request-1')
  assert.equal(status, 200)
  assert.equal(
    body,
    '<?xml version="1.0" encoding="UTF-8"?>\n<CreateUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">' +
      '<CreateUserResult><User>' +
      `<Arn>arn:aws:iam::123456789012:user/a+b@c</Arn><CreateDate>2023-11-14T22:13:20Z</CreateDate><Path>/</Path><UserId>${output.User?.UserId}</UserId><UserName>a+b@c</UserName>` +
      '</User></CreateUserResult><ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></CreateUserResponse>',
  )
})

test('an operation without an output answers with metadata only, and an error with its code', async (t) => {
  const { iam } = await openNeighbourhood(t)
  const call = form({ Action: 'DeleteUser', UserName: 'nobody' })
  const { body } = call.encodeOutput({}, 'request-1')
  assert.match(String(body), /<DeleteUserResponse [^>]*><ResponseMetadata><RequestId>request-1<\/RequestId>/)
  const error = await errorOf(iam('DeleteUser', { UserName: 'nobody' }))
  const encoded = call.encodeError(error, 'request-2')
  assert.equal(encoded.status, 404)
  assert.match(
    String(encoded.body),
    /<Error><Type>Sender<\/Type><Code>NoSuchEntity<\/Code><Message>The user with name nobody cannot be found\.<\/Message><\/Error><RequestId>request-2<\/RequestId>/,
  )
})

test('events travel as JSON', async (t) => {
  const { store, logs } = await openNeighbourhood(t)
  const sink = store.logs.openStream('group', 's')
  sink.append(1, 'hello')
  await sink.close()
  const body = '{"logGroupName":"group","logStreamName":"s","startFromHead":true}'
  const call = matchCall(post({ 'x-amz-target': 'Logs_20140328.GetLogEvents' }, body))
  assert(!(call.operation instanceof ApiError))
  assert.deepEqual(call.decodeInput(), { logGroupName: 'group', logStreamName: 's', startFromHead: true })
  const output = await logs('GetLogEvents', { logGroupName: 'group', logStreamName: 's', startFromHead: true })
  const answer = call.encodeOutput({ ...output }, 'request-1')
  assert.equal(answer.headers['Content-Type'], 'application/x-amz-json-1.1')
  assert.deepEqual(JSON.parse(String(answer.body)), output)
  const error = await errorOf(logs('GetLogEvents', { logGroupName: 'none', logStreamName: 's' }))
  const refusal = call.encodeError(error, 'request-2')
  assert.equal(refusal.status, 400)
  assert.deepEqual(JSON.parse(String(refusal.body)), {
    __type: 'ResourceNotFoundException',
    message: 'The specified log group does not exist.',
  })
})
