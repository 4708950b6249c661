import { PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda'
import { invoke, lambdaClient } from './clients.ts'
import { poll } from './poll.ts'
import type { TestServer } from './server.ts'

/** The first line of a handler whose function is to be held. */
export const HOLDS = 'if (event.hold) await new Promise((resolve) => setTimeout(resolve, 600_000))'

/** Lets the function's events wait: the only invocation that it may run goes on until it times out or the server ends. */
export async function holdEvents(server: TestServer, FunctionName: string): Promise<void> {
  await lambdaClient(server).send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 }))
  invoke(server, FunctionName, { hold: true }).catch(() => {})
  await poll(async () => {
    const error = await invoke(server, FunctionName, {}).then(
      () => undefined,
      (reason: Error) => reason,
    )
    return error?.name === 'TooManyRequestsException' || undefined
  })
}
