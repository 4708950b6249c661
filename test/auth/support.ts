import { type Caller, type CompiledPolicy, compilePolicy, type SignedRequest } from '#auth'
import type { Clock } from '#base'
import { ApiError } from '#model'

export const ACCOUNT = '123456789012'

export const alice: Caller = {
  kind: 'user',
  account: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:user/team/alice`,
  userId: 'AIDAALICEALICEALICE01',
  userName: 'alice',
  accessKeyId: 'AKIDEXAMPLE',
  tags: { team: 'blue', Star: '*' },
  policies: { identity: [] },
}

export const worker: Caller = {
  kind: 'role-session',
  account: ACCOUNT,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/worker/session-1`,
  userId: 'AROAWORKERWORKERWRK01:session-1',
  roleArn: `arn:aws:iam::${ACCOUNT}:role/jobs/worker`,
  accessKeyId: 'ASIDEXAMPLE',
  policies: { identity: [] },
}

export const root: Caller = {
  kind: 'root',
  account: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:root`,
  userId: ACCOUNT,
  accessKeyId: 'AKIDROOT',
  policies: { identity: [] },
}

export const clockAt = (nowMs: number): Clock => ({ now: () => nowMs, sleep: async () => {} })

/** A request as Node's HTTP server would present it. */
export function received(
  method: string,
  url: string,
  headers: readonly (readonly [string, string])[],
  body: string | Buffer = '',
): SignedRequest {
  const [rawPath = '', ...query] = url.split('?')
  return {
    method,
    rawPath,
    rawQuery: query.join('?'),
    rawHeaders: headers.flat(),
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(body),
  }
}

/** What the call throws; it must be an error for the client. */
export function apiErrorOf(call: () => unknown): ApiError {
  try {
    call()
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  throw new Error('Nothing was thrown.')
}

export function identityPolicy(...statements: readonly object[]): CompiledPolicy {
  return compilePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }))
}

export function resourcePolicy(...statements: readonly object[]): CompiledPolicy {
  return compilePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'resource')
}
