import { createHash } from 'node:crypto'

const actions = (text: string) => text.trim().split(/\s+/)
const allow = (Action: readonly string[] | string, Resource: string = '*') => ({ Effect: 'Allow', Action, Resource })

const writeLogs = actions('logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents')

const networkInterfaces = actions(`
  ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:DeleteNetworkInterface
  ec2:AssignPrivateIpAddresses ec2:UnassignPrivateIpAddresses`)

/** What the Lambda console reads beside Lambda itself. */
const surroundings = actions(`
  cloudformation:DescribeStacks cloudformation:ListStacks cloudformation:ListStackResources
  cloudwatch:GetMetricData cloudwatch:ListMetrics
  ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeVpcs
  iam:GetPolicy iam:GetPolicyVersion iam:GetRole iam:GetRolePolicy iam:ListAttachedRolePolicies iam:ListRolePolicies
  iam:ListRoles logs:DescribeLogGroups
  states:DescribeStateMachine states:ListStateMachines tag:GetResources
  xray:BatchGetTraces xray:GetTraceSummaries`)

const readLogs = {
  ...allow(actions('logs:DescribeLogStreams logs:GetLogEvents logs:FilterLogEvents')),
  Resource: 'arn:aws:logs:*:*:log-group:/aws/lambda/*',
}

const passToLambda = {
  ...allow('iam:PassRole'),
  Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
}

/** Reading, by the words that AWS's services begin the names of such actions with. */
const readEverything = actions('*:Describe* *:Get* *:List* *:BatchGet* *:Search* *:Query* *:Scan* logs:FilterLogEvents')

const statements: Readonly<Record<string, readonly object[]>> = {
  '/AdministratorAccess': [allow('*')],
  '/PowerUserAccess': [
    { Effect: 'Allow', NotAction: actions('iam:* organizations:* account:*'), Resource: '*' },
    allow(
      actions(`
        account:GetAccountInformation account:GetPrimaryEmail account:ListRegions iam:CreateServiceLinkedRole
        iam:DeleteServiceLinkedRole iam:ListRoles organizations:DescribeOrganization`),
    ),
  ],
  '/ReadOnlyAccess': [allow(readEverything)],
  '/AWSLambda_FullAccess': [allow(['lambda:*', ...surroundings]), passToLambda, readLogs],
  '/AWSLambda_ReadOnlyAccess': [allow([...actions('lambda:Get* lambda:List*'), ...surroundings]), readLogs],
  '/service-role/AWSLambdaBasicExecutionRole': [allow(writeLogs)],
  '/service-role/AWSLambdaBasicDurableExecutionRolePolicy': [
    allow([...writeLogs, ...actions('lambda:CheckpointDurableExecution lambda:GetDurableExecutionState')]),
  ],
  '/service-role/AWSLambdaRole': [allow(actions('lambda:InvokeFunction'))],
  '/service-role/AWSLambdaSQSQueueExecutionRole': [
    allow([...actions('sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes'), ...writeLogs]),
  ],
  '/service-role/AWSLambdaKinesisExecutionRole': [
    allow([
      ...actions(`
        kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator
        kinesis:ListShards kinesis:ListStreams kinesis:SubscribeToShard`),
      ...writeLogs,
    ]),
  ],
  '/service-role/AWSLambdaDynamoDBExecutionRole': [
    allow([
      ...actions('dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator dynamodb:ListStreams'),
      ...writeLogs,
    ]),
  ],
  '/service-role/AWSLambdaMSKExecutionRole': [
    allow([
      ...actions('kafka:DescribeCluster kafka:DescribeClusterV2 kafka:GetBootstrapBrokers'),
      ...actions('ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeVpcs'),
      ...actions('ec2:DeleteNetworkInterface ec2:DescribeSubnets ec2:DescribeSecurityGroups'),
      ...writeLogs,
    ]),
  ],
  '/service-role/AWSLambdaVPCAccessExecutionRole': [allow([...writeLogs, ...networkInterfaces])],
}

/** AWS's own policies that people attach where Lambda is used. The documents say the same in fewer words. */
export const awsManagedPolicies = Object.entries(statements).map(([pathAndName, Statement]) => {
  const slash = pathAndName.lastIndexOf('/') + 1
  return {
    account: 'aws',
    path: pathAndName.slice(0, slash),
    name: pathAndName.slice(slash),
    id: idOf(pathAndName),
    document: JSON.stringify({ Version: '2012-10-17', Statement }, null, 4),
    createdMs: Date.UTC(2015, 3, 9),
    updatedMs: Date.UTC(2015, 3, 9),
    defaultVersion: 1,
  }
})

/** Always the same for a policy, as at AWS, though not AWS's. */
function idOf(pathAndName: string): string {
  const hash = createHash('sha256').update(pathAndName).digest()
  return `ANPA${Array.from(hash.subarray(0, 17), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('')}`
}
