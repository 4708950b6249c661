import {
  CreateFunctionCommand,
  PublishVersionCommand,
  type Runtime,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import type { Account } from './account.ts'
import { zipOfFunction } from './zip.ts'

/** The functions that are measured, and the runtimes that they ask for. */
export const languages = [
  { name: 'Node', code: 'echo-node', runtime: 'nodejs24.x' },
  { name: 'Python', code: 'echo-python', runtime: 'python3.12' },
] as const

export interface Language {
  readonly name: string
  /** A folder of `bench/functions`. */
  readonly code: string
  readonly runtime: Runtime
  readonly memoryMb?: number
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

/** Functions `many-<from>` to `many-<to - 1>`, all of the same code. */
export async function createManyFunctions(account: Account, from: number, to: number): Promise<void> {
  const code = zipOfFunction('echo-python')
  await forMany(from, to, (name) => create(account, name, languages[1], code))
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

async function forMany(from: number, to: number, act: (name: string) => Promise<void>): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index).values()
  const actOnEach = async () => {
    for (const number of numbers) await act(`many-${number}`)
  }
  await Promise.all(Array.from({ length: PARALLEL }, actOnEach))
}

async function create(
  { lambda, roleArn }: Account,
  name: string,
  { runtime, memoryMb }: Language,
  code: Buffer,
): Promise<void> {
  const input = {
    FunctionName: name,
    Runtime: runtime,
    Handler: 'index.handler',
    Role: roleArn,
    Timeout: 10,
    MemorySize: memoryMb,
    Code: { ZipFile: code },
  }
  await lambda.send(new CreateFunctionCommand(input))
}

async function untilActive({ lambda: client }: Account, name: string): Promise<void> {
  await waitUntilFunctionActiveV2({ ...waiting, client }, { FunctionName: name })
}
