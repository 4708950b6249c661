import { ACCOUNT_CONCURRENCY } from '#resources'
import type { Handler } from '../context.ts'

// AWS's defaults of an account, in bytes.
const CODE_SIZE_UNZIPPED = 262_144_000
const CODE_SIZE_ZIPPED = 52_428_800

export const getAccountSettings: Handler<'GetAccountSettings'> = async (_input, context) => {
  const { store, codeLimitBytes } = context
  const { account } = context.caller
  const [{ codeBytes, functions }, layerBytes] = await Promise.all([
    store.functions.usage(account),
    store.layers.codeBytes(account),
  ])
  return {
    AccountLimit: {
      TotalCodeSize: codeLimitBytes,
      CodeSizeUnzipped: CODE_SIZE_UNZIPPED,
      CodeSizeZipped: CODE_SIZE_ZIPPED,
      ConcurrentExecutions: ACCOUNT_CONCURRENCY,
      UnreservedConcurrentExecutions: ACCOUNT_CONCURRENCY - store.concurrency.totalReserved(account),
    },
    AccountUsage: { TotalCodeSize: codeBytes + layerBytes, FunctionCount: functions },
  }
}
