import assert from 'node:assert/strict'
import { test } from 'node:test'
import { neighbours } from '#operations'
import { ACCOUNT, root, session, userWith } from './support.ts'

for (const caller of [root, session, userWith('alice')]) {
  test(`GetCallerIdentity tells a ${caller.kind} who it is, without a permission`, () => {
    const { handlers, authorization } = neighbours.sts
    assert.equal(authorization.GetCallerIdentity(), undefined)
    assert.deepEqual(handlers.GetCallerIdentity({}, { caller }), {
      UserId: caller.userId,
      Account: ACCOUNT,
      Arn: caller.arn,
    })
  })
}
