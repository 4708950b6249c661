import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { authorize, type Caller, type ContextValue, compilePolicy, createRequestContext } from '#auth'
import { type Clock, createLog } from '#base'
import { ApiError, type IamOperations, type LogsOperations } from '#model'
import { neighbours } from '#operations'
import { openStore } from '#store'

export const ACCOUNT = '123456789012'
export const NOW_MS = 1_700_000_000_500
export const place = { partition: 'aws', region: 'eu-west-1' }
const clock: Clock = { now: () => NOW_MS, sleep: async () => {} }

export const root: Caller = {
  kind: 'root',
  account: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:root`,
  userId: ACCOUNT,
  accessKeyId: 'AKIAROOT',
  policies: { identity: [] },
}

/** A user who may do what the statements say. */
export const userWith = (userName: string, ...statements: readonly object[]): Caller => ({
  kind: 'user',
  account: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:user/${userName}`,
  userId: 'AIDAUSERUSERUSERUSER1',
  userName,
  accessKeyId: 'AKIAUSER',
  policies: { identity: statements.map((statement) => compilePolicy(JSON.stringify({ Statement: statement }))) },
})

export const session: Caller = {
  kind: 'role-session',
  account: ACCOUNT,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/worker/session-1`,
  userId: 'AROAWORKERWORKERWRK01:session-1',
  roleArn: `arn:aws:iam::${ACCOUNT}:role/worker`,
  accessKeyId: 'ASIASESSION',
  policies: { identity: [compilePolicy('{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}')] },
}

export type Neighbourhood = Awaited<ReturnType<typeof openNeighbourhood>>

/** The operations over a store of their own, which goes when the test ends. */
export async function openNeighbourhood(test: TestContext) {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'lambent-neighbours-'))
  const store = await openStore({ dataDirectory, clock, log: createLog(() => {}) })
  test.after(async () => {
    await store.close()
    await rm(dataDirectory, { recursive: true })
  })
  const contextOf = (caller: Caller) => ({
    caller,
    clock,
    place,
    store,
    authorize: (action: string, resource: string, keys: Readonly<Record<string, ContextValue>> = {}) =>
      authorize({
        principal: caller,
        action,
        resource,
        context: createRequestContext({ principal: caller, nowMs: NOW_MS, secure: true, keys }),
      }),
  })
  /** As the server calls an operation: first the questions, then the handler. */
  async function iam<Name extends keyof IamOperations>(name: Name, input: IamOperations[Name]['input'], caller = root) {
    const context = contextOf(caller)
    const scope = { ...place, account: caller.account, caller }
    for (const { action, resource, keys } of [neighbours.iam.authorization[name](input, scope) ?? []].flat())
      context.authorize(action, resource, keys)
    return neighbours.iam.handlers[name](input, context)
  }
  async function logs<Name extends keyof LogsOperations>(
    name: Name,
    input: LogsOperations[Name]['input'],
    caller = root,
  ) {
    const context = contextOf(caller)
    const { action, resource } = neighbours.logs.authorization[name](input, { ...place, account: caller.account })
    context.authorize(action, resource)
    return neighbours.logs.handlers[name](input, context)
  }
  return { store, iam, logs }
}

/** The error that the caller is told about. */
export async function errorOf(call: unknown): Promise<ApiError> {
  const error = await Promise.resolve(call).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert(error instanceof ApiError, `expected an error for the caller, not ${error}`)
  return error
}

export async function assertFails(
  call: unknown,
  code: string,
  status: number,
  message: string,
  what = '',
): Promise<void> {
  const error = await errorOf(call)
  assert.deepEqual([what, error.code, error.status, error.message], [what, code, status, message])
}
