import { PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda'
import { invoke, lambdaClient } from './clients.ts'
import type { Gates } from './gates.ts'
import type { TestServer } from './server.ts'

/** The first line of a handler whose function is to be held. */
export const HOLDS = 'if (event.hold) await fetch(event.hold)'

/** Where the invocation waits that holds a function's events. */
export const holdOf = (FunctionName: string) => `hold-${FunctionName}`

/** Lets the function's events wait: the only invocation that it may run waits at its gate. */
export async function holdEvents(server: TestServer, FunctionName: string, gates: Gates): Promise<void> {
  await lambdaClient(server).send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 }))
  // It ends with its server, where that is killed.
  invoke(server, FunctionName, { hold: gates.urlFor(holdOf(FunctionName)) }).catch(() => {})
  await gates.reached(holdOf(FunctionName))
}
