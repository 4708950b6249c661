import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  type Runtime,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import { type KeptConnection, openKeptConnection } from '../load/kept-connection.ts'
import { signed } from '../load/request.ts'
import type { Account } from './account.ts'
import { zipOfFunction } from './zip.ts'

/** The functions that are measured, and the runtimes that they ask for. */
export const languages = [
  { name: 'Node', code: 'echo-node', runtime: 'nodejs24.x' },
  { name: 'Python', code: 'echo-python', runtime: 'python3.12' },
] as const

/** Functions that help to measure. */
export const helpers = {
  count: { name: 'Node', code: 'count-node', runtime: 'nodejs24.x' },
  key: { name: 'Node', code: 'key-node', runtime: 'nodejs24.x' },
  sleep: { name: 'Python', code: 'sleep-python', runtime: 'python3.12', memoryMb: 128 },
  hold: { name: 'Node', code: 'hold-node', runtime: 'nodejs24.x' },
} as const satisfies Readonly<Record<string, Language>>

export interface Language {
  readonly name: string
  /** A folder of `bench/functions`. */
  readonly code: string
  readonly runtime: Runtime
  readonly memoryMb?: number
  readonly variables?: Readonly<Record<string, string>>
}

// The first function of a runtime may wait until its interpreter has been fetched.
const waiting = { maxWaitTime: 90, minDelay: 0.02, maxDelay: 0.2 }
// Enough to keep the server busy from one client.
const PARALLEL = 16

/** Creates a function and waits until it can be invoked. Each `comment` makes a code package of its own. */
export async function createFunction(account: Account, name: string, language: Language, comment = ''): Promise<void> {
  await create(account, name, language, zipOfFunction(language.code, comment))
  await untilActive(account, name)
}

/** A function whose events stay in the queue, because one at a time may run and takes its time. */
export async function createHeldFunction(account: Account, name: string): Promise<void> {
  await createFunction(account, name, helpers.hold)
  const one = { FunctionName: name, ReservedConcurrentExecutions: 1 }
  await account.lambda.send(new PutFunctionConcurrencyCommand(one))
}

/** Its events go with it. */
export const deleteFunction = ({ lambda }: Account, name: string) =>
  lambda.send(new DeleteFunctionCommand({ FunctionName: name }))

/**
 * Functions `many-<from>` to `many-<to - 1>`, all of the same code. Without an SDK, which would take longer than the
 * server.
 */
export async function createManyFunctions(account: Account, from: number, to: number): Promise<void> {
  const { server, roleArn } = account
  const ZipFile = zipOfFunction('echo-python').toString('base64')
  const url = `${server.url}/2015-03-31/functions`
  await forMany(from, to, async (name, connection) => {
    const body = JSON.stringify({ ...inputOf(roleArn, name, languages[1]), Code: { ZipFile } })
    const answer = await connection.send(signed({ method: 'POST', url, headers: {}, body }, server.root))
    if (answer.status !== 201) throw new Error(`CreateFunction answered ${answer.status}: ${answer.body}`)
  })
  for (let last = Math.max(from, to - PARALLEL); last < to; last++) await untilActive(account, `many-${last}`)
}

/** One more version of each of the first `count` functions, which `description` makes different from the one before. */
export async function publishMany({ lambda }: Account, count: number, description: string): Promise<void> {
  await forMany(0, count, async (FunctionName) => {
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description: description }))
    await waitUntilFunctionUpdatedV2({ ...waiting, client: lambda }, { FunctionName })
    await lambda.send(new PublishVersionCommand({ FunctionName }))
  })
}

async function forMany(
  from: number,
  to: number,
  act: (name: string, connection: KeptConnection) => Promise<void>,
): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index).values()
  const actOnEach = async () => {
    using connection = openKeptConnection()
    for (const number of numbers) await act(`many-${number}`, connection)
  }
  await Promise.all(Array.from({ length: PARALLEL }, actOnEach))
}

async function create({ lambda, roleArn }: Account, name: string, language: Language, code: Buffer): Promise<void> {
  await lambda.send(new CreateFunctionCommand({ ...inputOf(roleArn, name, language), Code: { ZipFile: code } }))
}

const inputOf = (Role: string, FunctionName: string, { runtime, memoryMb, variables }: Language) => ({
  FunctionName,
  Runtime: runtime,
  Handler: 'index.handler',
  Role,
  Timeout: 30,
  MemorySize: memoryMb,
  Environment: variables && { Variables: { ...variables } },
})

export async function untilActive({ lambda: client }: Account, name: string): Promise<void> {
  await waitUntilFunctionActiveV2({ ...waiting, client }, { FunctionName: name })
}
