import { createHash } from 'node:crypto'
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { answering } from '../../support/functions.ts'
import { poll } from '../../support/poll.ts'
import { ACCOUNT, type TestServer } from '../../support/server.ts'
import { zipOf } from '../../support/zip.ts'
import { attachmentChanges } from './function-attachments.ts'
import { type FunctionState, observeFunction, type VersionState } from './function-state.ts'
import { type Change, clientOf, possible, type Subject, unique, without } from './subject.ts'

const MOST_VERSIONS = 12

/** The role must exist. */
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/test-role`

/** What the code with a hash answers. */
export const answers = new Map<string, string>()

/** A function that is created and deleted as well. */
export const functionSubject = (name: string): Subject<FunctionState | undefined> => ({
  name,
  initial: undefined,
  changesOf: (state) => (state ? changesOf(name, state) : [creation(name)]),
  settle: async (server, state) => state && poll(() => isSettled(server, name)),
  observe: (server) => observeFunction(server, name),
})

/** The SDK's own waiters would go on asking a server that was killed. */
async function isSettled(server: TestServer, FunctionName: string): Promise<true | undefined> {
  const command = new GetFunctionConfigurationCommand({ FunctionName })
  const { State, LastUpdateStatus } = await clientOf(server).send(command)
  return (State === 'Active' && LastUpdateStatus === 'Successful') || undefined
}

/** Makes a change from a call and from what the call changes. */
export type MakeChange = (
  what: string,
  send: (client: LambdaClient) => Promise<unknown>,
  to: Partial<FunctionState>,
) => Change<FunctionState | undefined>

function changesOf(name: string, state: FunctionState): readonly Change<FunctionState | undefined>[] {
  const change: MakeChange = (what, send, to) => ({
    what,
    send: (server) => send(clientOf(server)),
    after: { ...state, ...to },
  })
  return [
    ...versionChanges(name, state, change),
    ...attachmentChanges(name, state, change),
    {
      what: 'DeleteFunction',
      send: (server) => clientOf(server).send(new DeleteFunctionCommand({ FunctionName: name })),
      after: undefined,
    },
  ]
}

function newCode() {
  const text = unique('answer')
  const ZipFile = zipOf(answering(text))
  const codeSha256 = createHash('sha256').update(ZipFile).digest('base64')
  answers.set(codeSha256, text)
  return { ZipFile, codeSha256 }
}

function creation(FunctionName: string): Change<FunctionState | undefined> {
  const { ZipFile, codeSha256 } = newCode()
  const Description = unique('created')
  const code = { Runtime: 'nodejs22.x', Handler: 'index.handler', Code: { ZipFile } } as const
  return {
    what: 'CreateFunction',
    send: (server) =>
      clientOf(server).send(new CreateFunctionCommand({ FunctionName, Description, Role: ROLE, ...code })),
    after: {
      latest: { description: Description, codeSha256 },
      versions: {},
      aliases: {},
      permissions: [],
      tags: {},
      reserved: undefined,
      retries: undefined,
      urlAuth: undefined,
      recursion: 'Terminate',
    },
  }
}

function versionChanges(FunctionName: string, { latest, versions, aliases }: FunctionState, change: MakeChange) {
  const { ZipFile, codeSha256 } = newCode()
  const Description = unique('updated')
  const numbers = Object.keys(versions).map(Number)
  // Never deleted, so that the next number is known.
  const newest = Math.max(0, ...numbers)
  const hasRoom = numbers.length < MOST_VERSIONS
  const published = (version: VersionState) => ({ ...versions, [newest + 1]: version })
  const old = Object.keys(versions).find((number) => number !== `${newest}` && !Object.values(aliases).includes(number))
  const update = (Publish: boolean) => (client: LambdaClient) =>
    client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile, Publish }))
  const updated = { ...latest, codeSha256 }
  return possible(
    change(
      'UpdateFunctionConfiguration',
      (client) => client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description })),
      { latest: { ...latest, description: Description } },
    ),
    change('UpdateFunctionCode', update(false), { latest: updated }),
    hasRoom &&
      change('UpdateFunctionCode and publish', update(true), { latest: updated, versions: published(updated) }),
    hasRoom &&
      !isSame(latest, versions[newest]) &&
      change('PublishVersion', (client) => client.send(new PublishVersionCommand({ FunctionName })), {
        versions: published(latest),
      }),
    old !== undefined &&
      change(
        'DeleteFunction of a version',
        (client) => client.send(new DeleteFunctionCommand({ FunctionName, Qualifier: old })),
        { versions: without(versions, old) },
      ),
  )
}

/** Publishing the same again changes nothing. */
const isSame = (a: VersionState, b: VersionState | undefined) =>
  a.codeSha256 === b?.codeSha256 && a.description === b?.description
