import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authenticate, IdentityDirectory, newRootKey, type SigningCredentials, signRequest } from '#auth'
import { systemClock } from '#base'
import { temporaryStore } from '../store/temporary-store.ts'
import { received } from './support.ts'

const account = '000000000000'
const region = 'us-east-1'
const START_MS = Date.UTC(2026, 0, 1)
const HOUR_MS = 3_600_000

test('a session expires at the very millisecond that its client was told', async (t) => {
  const { identities, secrets } = await temporaryStore(t)
  let nowMs = START_MS
  const clock = { ...systemClock, now: () => nowMs }
  const rootKeys = new Map([[account, newRootKey(account)]])
  const directory = new IdentityDirectory({ identities, secrets, rootKeys, account, region, clock })
  const role = { account, name: 'r', path: '/', id: 'AROA1', trustPolicy: '{}', maxSessionSeconds: 3600, createdMs: 0 }
  await identities.roles.create(role, 10)
  const actor = { kind: 'role', roleArn: `arn:aws:iam::${account}:role/r`, sessionName: 's' } as const
  const session = directory.sessions.issue({ account, actor }, HOUR_MS)
  const call = () => callerOf(directory, session, clock)

  assert.equal(session.expiresAtMs, START_MS + HOUR_MS)
  for (nowMs of [START_MS, START_MS + HOUR_MS - 1])
    assert.equal((await call()).arn, `arn:aws:sts::${account}:assumed-role/r/s`)
  nowMs = START_MS + HOUR_MS
  await assert.rejects(call(), {
    code: 'ExpiredTokenException',
    status: 403,
    message: 'The security token included in the request is expired',
  })
})

test('another directory with the same keys takes the session, one with other keys does not', async (t) => {
  const [here, elsewhere] = [await temporaryStore(t), await temporaryStore(t)]
  const rootKeys = new Map([[account, newRootKey(account)]])
  const open = ({ secrets }: typeof here, { identities } = here) =>
    new IdentityDirectory({ identities, secrets, rootKeys, account, region, clock: systemClock })
  const session = open(here).sessions.issue({ account, actor: { kind: 'root' } }, HOUR_MS)
  assert.equal((await callerOf(open(here), session, systemClock)).kind, 'root')
  await assert.rejects(callerOf(open(elsewhere), session, systemClock), { code: 'UnrecognizedClientException' })
})

/** Who is found behind a request that is signed with these keys. */
async function callerOf(directory: IdentityDirectory, credentials: SigningCredentials, clock: typeof systemClock) {
  const rawPath = '/2015-03-31/functions'
  const request = { method: 'GET', rawPath, headers: { host: 'localhost' } }
  const headers = signRequest(request, credentials, { region, service: 'lambda' }, clock.now())
  const signed = received('GET', rawPath, Object.entries(headers))
  const lookUp = (id: string, token: string | undefined) => directory.lookUp(id, token)
  return authenticate(signed, { region, service: 'lambda' }, clock, lookUp, { mode: 'iam', secure: false })
}
