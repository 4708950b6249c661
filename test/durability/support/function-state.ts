import {
  type FunctionUrlAuthType,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionRecursionConfigCommand,
  GetFunctionUrlConfigCommand,
  GetPolicyCommand,
  type LambdaClient,
  ListAliasesCommand,
  ListVersionsByFunctionCommand,
  type RecursiveLoop,
} from '@aws-sdk/client-lambda'
import type { TestServer } from '../../support/server.ts'
import { clientOf, found } from './subject.ts'

/** A function, with all that belongs to it. */
export interface FunctionState {
  readonly latest: VersionState
  readonly versions: Readonly<Record<string, VersionState>>
  /** The versions that they point to. */
  readonly aliases: Readonly<Record<string, string>>
  /** Statement ids. */
  readonly permissions: readonly string[]
  readonly tags: Readonly<Record<string, string>>
  readonly reserved: number | undefined
  readonly retries: number | undefined
  readonly urlAuth: FunctionUrlAuthType | undefined
  readonly recursion: RecursiveLoop | undefined
}

export interface VersionState {
  readonly description: string | undefined
  readonly codeSha256: string | undefined
}

/** Undefined when the function does not exist. */
export async function observeFunction(server: TestServer, FunctionName: string): Promise<FunctionState | undefined> {
  const client = clientOf(server)
  const existing = await found(client.send(new GetFunctionCommand({ FunctionName })))
  if (!existing) return undefined
  return {
    ...(await versionsOf(client, FunctionName)),
    ...(await settingsOf(client, FunctionName)),
    tags: existing.Tags ?? {},
    reserved: existing.Concurrency?.ReservedConcurrentExecutions,
  }
}

async function versionsOf(client: LambdaClient, FunctionName: string) {
  const { Versions = [] } = await client.send(new ListVersionsByFunctionCommand({ FunctionName }))
  const { Aliases = [] } = await client.send(new ListAliasesCommand({ FunctionName }))
  const versions = Object.fromEntries(
    Versions.map(({ Version = '', Description, CodeSha256 }) => [
      Version,
      { description: Description, codeSha256: CodeSha256 },
    ]),
  )
  const { $LATEST: latest = { description: undefined, codeSha256: undefined }, ...published } = versions
  const aliases = Object.fromEntries(Aliases.map(({ Name = '', FunctionVersion = '' }) => [Name, FunctionVersion]))
  return { latest, versions: published, aliases }
}

async function settingsOf(client: LambdaClient, FunctionName: string) {
  const input = { FunctionName }
  const policy = await found(client.send(new GetPolicyCommand(input)))
  const concurrency = await client.send(new GetFunctionConcurrencyCommand(input))
  const config = await found(client.send(new GetFunctionEventInvokeConfigCommand(input)))
  const url = await found(client.send(new GetFunctionUrlConfigCommand(input)))
  const recursion = await client.send(new GetFunctionRecursionConfigCommand(input))
  const statements: readonly { readonly Sid: string }[] = JSON.parse(policy?.Policy ?? '{"Statement":[]}').Statement
  return {
    permissions: statements.map(({ Sid }) => Sid),
    reserved: concurrency.ReservedConcurrentExecutions,
    retries: config?.MaximumRetryAttempts,
    urlAuth: url?.AuthType,
    recursion: recursion.RecursiveLoop,
  }
}
