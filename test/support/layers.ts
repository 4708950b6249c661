import {
  type LayerVersionContentInput,
  PublishLayerVersionCommand,
  type PublishLayerVersionCommandInput,
} from '@aws-sdk/client-lambda'
import { lambdaClient } from './clients.ts'
import { ACCOUNT, REGION, type TestServer } from './server.ts'
import { zipOf } from './zip.ts'

/** The ARN of a layer, with whatever follows its name. */
export const layerArnOf = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:layer:${name}`

export interface LayerSetup extends Partial<Omit<PublishLayerVersionCommandInput, 'Content'>> {
  readonly LayerName: string
  readonly files?: Readonly<Record<string, string>>
  readonly Content?: LayerVersionContentInput
}

/** Publishes a layer version of these files; a text file unless it says otherwise. */
export async function publishLayer(
  server: TestServer,
  { files = { 'text.txt': 'text' }, ...input }: LayerSetup,
  credentials = server.credentials,
) {
  const { $metadata, ...layer } = await lambdaClient(server, credentials).send(
    new PublishLayerVersionCommand({ Content: { ZipFile: zipOf(files) }, ...input }),
  )
  return { ...layer, status: $metadata.httpStatusCode }
}
