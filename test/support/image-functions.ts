import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { executionRole, invoke, lambdaClient, TIMEOUT_SECONDS, untilActive, untilUpdated } from './clients.ts'
import { type ImageSetup, imageProgram } from './images.ts'
import type { TestServer } from './server.ts'
import type { TarEntry } from './tar.ts'

/** An image of one program, with nothing beside it unless more is given; its first argument is its mark. */
export async function programImage(mark = '', more: Partial<ImageSetup> & { files?: readonly TarEntry[] } = {}) {
  const { files = [], ...rest } = more
  const program = { name: 'app', content: await imageProgram(), mode: 0o755 }
  return { layers: [[program], files], Entrypoint: ['/app'], ...(mark !== '' && { Cmd: [mark] }), ...rest }
}

/** Creates a function of an image without waiting for it. */
export async function requestImageFunction(
  server: TestServer,
  FunctionName: string,
  ImageUri: string,
  input: Partial<CreateFunctionCommandInput> = {},
) {
  return lambdaClient(server).send(
    new CreateFunctionCommand({
      FunctionName,
      PackageType: 'Image',
      Code: { ImageUri },
      Role: input.Role ?? (await executionRole(server)),
      Timeout: TIMEOUT_SECONDS,
      ...input,
    }),
  )
}

export async function createImageFunction(...args: Parameters<typeof requestImageFunction>): Promise<void> {
  await requestImageFunction(...args)
  await untilActive(args[0], args[1])
}

export async function updateImage(server: TestServer, FunctionName: string, ImageUri: string, input = {}) {
  const answer = await lambdaClient(server).send(new UpdateFunctionCodeCommand({ FunctionName, ImageUri, ...input }))
  await untilUpdated(server, FunctionName)
  return answer
}

export async function updateSettings(server: TestServer, FunctionName: string, input: object) {
  await lambdaClient(server).send(new UpdateFunctionConfigurationCommand({ FunctionName, ...input }))
  await untilUpdated(server, FunctionName)
}

/** What the program says of the process that it is. */
export interface Seen {
  readonly arguments: readonly string[]
  readonly directory: string
  readonly user: number
  readonly group: number
  readonly variables: readonly string[]
  /** The lines of `/proc/self/status`. */
  readonly status: readonly string[]
}

export async function look(server: TestServer, FunctionName: string, Qualifier?: string): Promise<Seen> {
  const { payload, FunctionError } = await invoke(server, FunctionName, {}, { Qualifier })
  if (FunctionError !== undefined) throw new Error(JSON.stringify(payload))
  return payload
}

/** The mark of the image that the function runs. */
export const markOf = async (...args: Parameters<typeof look>): Promise<string | undefined> =>
  (await look(...args)).arguments[1]
