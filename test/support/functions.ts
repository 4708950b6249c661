import {
  GetFunctionConfigurationCommand,
  PublishVersionCommand,
  type PublishVersionCommandInput,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { lambdaClient, untilUpdated } from './clients.ts'
import { ACCOUNT, REGION, type TestServer } from './server.ts'
import { zipOf } from './zip.ts'

/** The ARN of a function, with whatever follows its name. */
export const arnOf = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`

/** A function that answers this text. */
export const answering = (text: string) => ({
  'index.mjs': `export const handler = async () => ${JSON.stringify(text)}`,
})

export async function configurationOf(server: TestServer, FunctionName: string, Qualifier?: string) {
  const { $metadata: _, ...configuration } = await lambdaClient(server).send(
    new GetFunctionConfigurationCommand({ FunctionName, Qualifier }),
  )
  return configuration
}

export async function publishVersion(
  server: TestServer,
  FunctionName: string,
  input: Partial<PublishVersionCommandInput> = {},
) {
  const { $metadata, ...version } = await lambdaClient(server).send(
    new PublishVersionCommand({ FunctionName, ...input }),
  )
  return { ...version, status: $metadata.httpStatusCode }
}

/** Gives `$LATEST` another description, which makes it something new to publish. */
export async function describeAs(server: TestServer, FunctionName: string, Description: string): Promise<void> {
  await lambdaClient(server).send(new UpdateFunctionConfigurationCommand({ FunctionName, Description }))
  await untilUpdated(server, FunctionName)
}

/** Gives `$LATEST` code that answers this text. */
export async function answerWith(server: TestServer, FunctionName: string, text: string): Promise<void> {
  await lambdaClient(server).send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zipOf(answering(text)) }))
  await untilUpdated(server, FunctionName)
}

/** Versions 1, 2, ... that answer `v1`, `v2`, ...; `$LATEST` is as the last. */
export async function publishAnswering(server: TestServer, FunctionName: string, count: number): Promise<void> {
  for (let number = 1; number <= count; number++) {
    await answerWith(server, FunctionName, `v${number}`)
    await publishVersion(server, FunctionName)
  }
}
