import type { LambdaClient } from '@aws-sdk/client-lambda'
import { lambdaClient } from '../../support/clients.ts'
import type { TestServer } from '../../support/server.ts'

/** Something that is changed again and again; what it is to be is compared with what a server shows. */
export interface Subject<State> {
  readonly name: string
  readonly initial: State
  /** What can be changed now. */
  changesOf(state: State): readonly Change<State>[]
  /** Resolves when what was changed has been put into effect. */
  settle(server: TestServer, state: State): Promise<unknown>
  /** What the server shows. */
  observe(server: TestServer): Promise<State>
}

export interface Change<State> {
  readonly what: string
  send(server: TestServer): Promise<unknown>
  /** What it is to be when the change is made. */
  readonly after: State
}

/** What a call finds; undefined when there is no such thing. */
export async function found<Output>(call: Promise<Output>): Promise<Output | undefined> {
  return call.catch((error) => {
    if (/^(ResourceNotFound|NoSuchEntity)/.test(error.name)) return undefined
    throw error
  })
}

const clients = new WeakMap<TestServer, LambdaClient>()

/** The same for all calls, so that they share connections. */
export function clientOf(server: TestServer): LambdaClient {
  const client = clients.get(server) ?? lambdaClient(server)
  clients.set(server, client)
  return client
}

let count = 0

/** A text that was never used before. */
export const unique = (prefix: string): string => `${prefix}-${count++}`

/** The changes that are possible. */
export const possible = <State>(...changes: readonly (Change<State> | false | undefined)[]): readonly Change<State>[] =>
  changes.filter((change) => change !== false && change !== undefined)

type Entries<Value> = Readonly<Record<string, Value>>

export const without = <Value>(entries: Entries<Value>, name: string): Entries<Value> =>
  Object.fromEntries(Object.entries(entries).filter(([key]) => key !== name))
