import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { type Credentials, type LambentServer, REGION } from './lambent-server.ts'

/** What a server's account holds before anything is measured. */
export interface Account {
  readonly server: LambentServer
  readonly lambda: LambdaClient
  /** A role for functions to run as. */
  readonly roleArn: string
  /** The key of a user with one policy, so that each measured request is authorized as a usual one is. */
  readonly caller: Credentials
}

/** A policy that allows this. */
export const statement = (what: Record<string, unknown>) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...what }] })
export const TRUST_LAMBDA = statement({ Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' })
const USE_FUNCTIONS = statement({ Action: ['lambda:InvokeFunction', 'lambda:Get*', 'lambda:List*'], Resource: '*' })

export async function setUpAccount(server: LambentServer): Promise<Account> {
  const { url, root } = server
  const settings = { endpoint: url, region: REGION, credentials: root, maxAttempts: 1 }
  const iam = new IAMClient(settings)
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'bench', AssumeRolePolicyDocument: TRUST_LAMBDA }))
  await iam.send(new CreateUserCommand({ UserName: 'bench' }))
  await iam.send(
    new PutUserPolicyCommand({ UserName: 'bench', PolicyName: 'use-functions', PolicyDocument: USE_FUNCTIONS }),
  )
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'bench' }))
  iam.destroy()
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  return {
    server,
    lambda: new LambdaClient(settings),
    roleArn: Role?.Arn ?? '',
    caller: { accessKeyId, secretAccessKey },
  }
}
