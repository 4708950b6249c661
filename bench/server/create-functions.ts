import { CreateFunctionCommand, type Runtime, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda'
import type { Account } from './account.ts'
import { zipOfFunction } from './zip.ts'

/** The functions that are measured, and the runtimes that they ask for. */
export const languages = [
  { name: 'Node', code: 'echo-node', runtime: 'nodejs24.x' },
  { name: 'Python', code: 'echo-python', runtime: 'python3.12' },
] as const

export type Language = (typeof languages)[number]

// The first function of a runtime may wait until its interpreter has been fetched.
const ACTIVE_LIMIT_SECONDS = 90
// Enough to keep the server busy from one client.
const PARALLEL = 16

/** Creates a function and waits until it can be invoked. Each `comment` makes a code package of its own. */
export async function createFunction(account: Account, name: string, language: Language, comment = ''): Promise<void> {
  await create(account, name, language.runtime, zipOfFunction(language.code, comment))
  await untilActive(account, name)
}

/** Functions `many-<from>` to `many-<to - 1>`, all of the same code. */
export async function createManyFunctions(account: Account, from: number, to: number): Promise<void> {
  const code = zipOfFunction('echo-python')
  const names = Array.from({ length: to - from }, (_, index) => `many-${from + index}`)
  const rest = names.values()
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (const name of rest) await create(account, name, 'python3.12', code)
    }),
  )
  for (const name of names.slice(-PARALLEL)) await untilActive(account, name)
}

async function create({ lambda, roleArn }: Account, name: string, runtime: Runtime, code: Buffer): Promise<void> {
  const input = {
    FunctionName: name,
    Runtime: runtime,
    Handler: 'index.handler',
    Role: roleArn,
    Timeout: 10,
    Code: { ZipFile: code },
  }
  await lambda.send(new CreateFunctionCommand(input))
}

async function untilActive({ lambda: client }: Account, name: string): Promise<void> {
  const limits = { client, maxWaitTime: ACTIVE_LIMIT_SECONDS, minDelay: 0.02, maxDelay: 0.2 }
  await waitUntilFunctionActiveV2(limits, { FunctionName: name })
}
