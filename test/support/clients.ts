import { readFileSync } from 'node:fs'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  EntityAlreadyExistsException,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  InvokeCommand,
  type InvokeCommandInput,
  Lambda,
  LambdaClient,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import { STSClient } from '@aws-sdk/client-sts'
import type { Credentials, TestServer } from './server.ts'
import { zipOf, zipOfFixture } from './zip.ts'

const settings = (server: TestServer, credentials: Credentials) => ({
  endpoint: server.url,
  region: server.region,
  credentials,
  maxAttempts: 1,
  ...(server.ca !== undefined && { requestHandler: { httpsAgent: { ca: readFileSync(server.ca) } } }),
})

export const lambdaClient = (server: TestServer, credentials = server.credentials) =>
  new LambdaClient(settings(server, credentials))
/** The same with a method for each operation. */
export const lambdaOf = (server: TestServer, credentials = server.credentials) =>
  new Lambda(settings(server, credentials))
export const iamClient = (server: TestServer, credentials = server.credentials) =>
  new IAMClient(settings(server, credentials))
export const logsClient = (server: TestServer, credentials = server.credentials) =>
  new CloudWatchLogsClient(settings(server, credentials))

export const stsClient = (server: TestServer, credentials = server.credentials) =>
  new STSClient(settings(server, credentials))

export const TRUST_LAMBDA = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})

/** A role that Lambda may assume; made at the first call. */
export async function executionRole(server: TestServer, name = 'test-role'): Promise<string> {
  const command = new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: TRUST_LAMBDA })
  await iamClient(server)
    .send(command)
    .catch((error) => {
      if (!(error instanceof EntityAlreadyExistsException)) throw error
    })
  return `arn:aws:iam::${server.account}:role/${name}`
}

export interface FunctionSetup extends Partial<CreateFunctionCommandInput> {
  readonly FunctionName: string
  /** A folder of test/fixtures/functions, or the files themselves. */
  readonly code: string | Readonly<Record<string, string | Buffer>>
}

/** Creates a function and waits until it is Active. Node.js with `index.handler` unless it says otherwise. */
export async function createFunction(server: TestServer, { code, ...input }: FunctionSetup): Promise<void> {
  const ZipFile = typeof code === 'string' ? zipOfFixture(code) : zipOf(code)
  await lambdaClient(server).send(
    new CreateFunctionCommand({
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: await executionRole(server),
      Timeout: 10,
      Code: { ZipFile },
      ...input,
    }),
  )
  await untilActive(server, input.FunctionName)
}

const patience = (server: TestServer) => ({
  client: lambdaClient(server),
  maxWaitTime: 120,
  minDelay: 0.02,
  maxDelay: 0.2,
})

export const untilActive = (server: TestServer, FunctionName: string) =>
  waitUntilFunctionActiveV2(patience(server), { FunctionName })
export const untilUpdated = (server: TestServer, FunctionName: string) =>
  waitUntilFunctionUpdatedV2(patience(server), { FunctionName })

/** Invokes with a JSON payload; the answer's payload comes parsed. */
export async function invoke(
  server: TestServer,
  FunctionName: string,
  payload: unknown = {},
  input: Partial<InvokeCommandInput> = {},
  credentials = server.credentials,
) {
  const answer = await lambdaClient(server, credentials).send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(payload), ...input }),
  )
  const text = answer.Payload?.transformToString() ?? ''
  return { ...answer, text, payload: text === '' ? undefined : JSON.parse(text) }
}

/** A user with a key, who may do what the statements say. */
export async function createUser(
  server: TestServer,
  UserName: string,
  ...statements: readonly object[]
): Promise<Credentials> {
  const iam = iamClient(server)
  await iam.send(new CreateUserCommand({ UserName }))
  if (statements.length > 0) await allowUser(server, UserName, ...statements)
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

export const policy = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements })

/** Replaces what the user may do. */
export const allowUser = (server: TestServer, UserName: string, ...statements: readonly object[]) =>
  iamClient(server).send(
    new PutUserPolicyCommand({ UserName, PolicyName: 'all', PolicyDocument: policy(...statements) }),
  )
