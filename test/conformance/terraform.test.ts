import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { IAM } from '@aws-sdk/client-iam'
import { Lambda } from '@aws-sdk/client-lambda'
import { providerArn } from '../support/capacity-providers.ts'
import { TRUST_LAMBDA } from '../support/clients.ts'
import { AllowedPublishers } from '../support/code-signing-attempts.ts'
import { arnOf } from '../support/functions.ts'
import { layerArnOf } from '../support/layers.ts'
import { ACCOUNT, startTestServer, type TestServer } from '../support/server.ts'
import { zipOf } from '../support/zip.ts'
import { type CapacityProviderAttributes, capacityProvider } from './terraform/capacity-provider.ts'
import { type FunctionAttributes, functionDefaults, lambdaFunction } from './terraform/function.ts'
import {
  type AliasAttributes,
  alias,
  eventInvokeConfig,
  functionUrl,
  modes,
  permission,
  provisionedConcurrency,
} from './terraform/function-settings.ts'
import { attachment, policy, role, rolePolicy } from './terraform/iam.ts'
import { codeSigningConfig, layerVersion, type SigningAttributes } from './terraform/layer-and-signing.ts'
import { normalized, type Resource } from './terraform/resource.ts'

// What Terraform's AWS provider calls, in its order, for one stack: applied, planned, changed, planned, destroyed. A
// plan is clean when a refresh reads exactly what was applied.

let server: TestServer
let lambda: Lambda
let iam: IAM
before(async () => {
  server = await startTestServer()
  const settings = { endpoint: server.url, region: server.region, credentials: server.credentials }
  lambda = new Lambda(settings)
  iam = new IAM(settings)
})
after(() => server[Symbol.asyncDispose]())

/** Creates it, or changes it to what is wanted now; a refresh right after it and another one find nothing to do. */
async function apply<Attributes extends object>(
  resource: Resource<Attributes>,
  wanted: Attributes,
  before?: Attributes,
): Promise<Attributes> {
  await (before ? resource.update(before, wanted) : resource.create(wanted))
  await assertClean(resource, wanted)
  return wanted
}

async function assertClean<Attributes extends object>(resource: Resource<Attributes>, wanted: Attributes) {
  for (const _ of ['right after the apply', 'later']) assert.deepEqual(await resource.read(wanted), wanted)
}

async function destroy<Attributes extends object>(resource: Resource<Attributes>, of: Attributes): Promise<void> {
  await resource.delete(of)
  assert.equal(await resource.read(of), undefined)
}

const document = (Action: string) =>
  normalized(JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] }))

const ROLE = {
  name: 'stack-role',
  path: '/service/',
  description: 'of the stack',
  assume_role_policy: normalized(TRUST_LAMBDA),
  max_session_duration: 3600,
  tags: { stack: 'one' },
}
const INLINE = { role: ROLE.name, name: 'inline', policy: document('s3:GetObject') }
const POLICY = {
  arn: `arn:aws:iam::${ACCOUNT}:policy/stack-policy`,
  name: 'stack-policy',
  description: 'of the stack',
  policy: document('logs:PutLogEvents'),
  tags: {},
}
const BASIC = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
const attachments = [POLICY.arn, BASIC].map((policy_arn) => ({ role: ROLE.name, policy_arn }))

test('aws_iam_role, its policies and their attachments: applied, planned clean, changed', async () => {
  await apply(role(iam), ROLE)
  await apply(rolePolicy(iam), INLINE)
  await apply(policy(iam), POLICY)
  for (const one of attachments) await apply(attachment(iam), one)
  const changed = { ...ROLE, description: 'changed', max_session_duration: 7200, tags: { stack: 'two', more: 'x' } }
  await apply(role(iam), changed, ROLE)
  await apply(rolePolicy(iam), { ...INLINE, policy: document('s3:PutObject') }, INLINE)
  await apply(policy(iam), { ...POLICY, policy: document('logs:*'), tags: { a: 'b' } }, POLICY)
  await assertClean(role(iam), changed)
})

const zip = (text: string) => zipOf({ 'app.py': `def handler(event, context):\n    return ${JSON.stringify(text)}\n` })
const sha256 = (code: Buffer) => createHash('sha256').update(code).digest('base64')
const layerCode = zipOf({ 'python/shared.py': 'NAME = "shared"' })

const LAYER = {
  layer_name: 'stack-layer',
  version: '1',
  code: layerCode,
  source_code_hash: sha256(layerCode),
  description: 'of the stack',
  license_info: 'MIT',
  compatible_runtimes: ['python3.12', 'python3.13'],
  compatible_architectures: ['x86_64'],
}

test('aws_lambda_layer_version: applied, planned clean, also with nothing but its code', async () => {
  await apply(layerVersion(lambda), LAYER)
  const bare = { ...LAYER, version: '2', description: '', license_info: '' }
  await apply(layerVersion(lambda), { ...bare, compatible_runtimes: [], compatible_architectures: [] })
})

let signing: SigningAttributes = {
  arn: '',
  description: 'of the stack',
  signing_profile_version_arns: AllowedPublishers.SigningProfileVersionArns,
  untrusted_artifact_on_deployment: 'Enforce',
  tags: { stack: 'one' },
}

test('aws_lambda_code_signing_config: applied, planned clean, changed', async () => {
  const { CodeSigningConfig } = await lambda.createCodeSigningConfig({ AllowedPublishers, Description: 'first' })
  const before = { ...signing, arn: CodeSigningConfig?.CodeSigningConfigArn ?? '', tags: {} }
  signing = await apply(codeSigningConfig(lambda), { ...signing, arn: before.arn }, before)
  const warning = { ...signing, untrusted_artifact_on_deployment: 'Warn', description: '', tags: { stack: 'two' } }
  signing = await apply(codeSigningConfig(lambda), warning, signing)
})

let provider: CapacityProviderAttributes = {
  arn: providerArn('stack'),
  name: 'stack',
  subnet_ids: ['subnet-1', 'subnet-2'],
  security_group_ids: ['sg-1'],
  capacity_provider_operator_role_arn: `arn:aws:iam::${ACCOUNT}:role/service/stack-role`,
  architectures: ['x86_64'],
  max_vcpu_count: 16,
  scaling_mode: 'Auto',
  tags: { stack: 'one' },
}

test('aws_lambda_capacity_provider: applied, planned clean, changed', async () => {
  await apply(capacityProvider(lambda), provider)
  provider = await apply(capacityProvider(lambda), { ...provider, max_vcpu_count: 32, tags: {} }, provider)
})

const text = (log_group: string) =>
  [{ log_format: 'Text', log_group, application_log_level: '', system_log_level: '' }] as const
const version = (number: string) => ({ version: number, qualified_arn: arnOf(`stack:${number}`) })

const bare: FunctionAttributes = {
  ...functionDefaults,
  function_name: 'stack',
  code: zip('first'),
  code_sha256: sha256(zip('first')),
  role: `arn:aws:iam::${ACCOUNT}:role/service/stack-role`,
  handler: 'app.handler',
  runtime: 'python3.12',
  logging_config: text('/aws/lambda/stack'),
  qualified_arn: arnOf('stack:$LATEST'),
}
const whole: FunctionAttributes = {
  ...bare,
  ...version('1'),
  description: 'everything',
  memory_size: 256,
  timeout: 30,
  publish: true,
  kms_key_arn: `arn:aws:kms:us-east-1:${ACCOUNT}:key/stack`,
  layers: [layerArnOf('stack-layer:1')],
  reserved_concurrent_executions: 5,
  environment: [{ variables: { STAGE: 'test', EMPTY: '' } }],
  ephemeral_storage: [{ size: 1024 }],
  logging_config: [
    { log_format: 'JSON', log_group: '/stack/own', application_log_level: 'DEBUG', system_log_level: 'WARN' },
  ],
  snap_start: [{ apply_on: 'PublishedVersions', optimization_status: 'Off' }],
  tracing_config: [{ mode: 'Active' }],
  vpc_config: [
    { subnet_ids: ['subnet-a', 'subnet-b'], security_group_ids: ['sg-a'], ipv6_allowed_for_dual_stack: true },
  ],
  tags: { stack: 'one', kind: 'function' },
}

let deployed: FunctionAttributes

test('aws_lambda_function with the least that it takes: applied, planned clean, given everything, and stripped again', async () => {
  const least = { ...bare, function_name: 'least', ...{ qualified_arn: arnOf('least:$LATEST') } }
  const plain = { ...least, logging_config: text('/aws/lambda/least') }
  await apply(lambdaFunction(lambda), plain)
  const signed = { ...whole, code_signing_config_arn: signing.arn }
  const full = { ...signed, ...{ function_name: 'least', version: '1', qualified_arn: arnOf('least:1') } }
  await apply(lambdaFunction(lambda), full, plain)
  // The version stays when nothing is published any more, and a log group that was computed stays what it is.
  const stripped = { ...plain, logging_config: text('/stack/own'), version: '1', qualified_arn: arnOf('least:1') }
  await apply(lambdaFunction(lambda), stripped, full)
  await destroy(lambdaFunction(lambda), stripped)
})

test('aws_lambda_function with everything: applied, planned clean, changed in code and configuration', async () => {
  const first = await apply(lambdaFunction(lambda), { ...whole, code_signing_config_arn: signing.arn })
  const second = zip('second')
  deployed = await apply(
    lambdaFunction(lambda),
    {
      ...first,
      ...version('2'),
      code: second,
      code_sha256: sha256(second),
      environment: [{ variables: { STAGE: 'live' } }],
      reserved_concurrent_executions: 10,
      tags: { stack: 'two' },
    },
    first,
  )
})

const live: AliasAttributes = {
  function_name: 'stack',
  name: 'live',
  description: '',
  function_version: '1',
  routing_config: [{ additional_version_weights: { 2: 0.25 } }],
}
const moved: AliasAttributes = { ...live, description: 'moved', function_version: '2', routing_config: [] }

test('aws_lambda_alias: applied, planned clean, moved, by name and by ARN', async () => {
  await apply(alias(lambda), live)
  await apply(alias(lambda), moved, live)
  const byArn = { ...moved, function_name: arnOf('stack'), name: 'other' }
  await apply(alias(lambda), byArn)
  await destroy(alias(lambda), byArn)
})

const statement = {
  function_name: 'stack',
  qualifier: '',
  statement_id: 'AllowExecutionFromS3',
  action: 'lambda:InvokeFunction',
  principal: 's3.amazonaws.com',
}
const statements = [
  { ...statement, source_arn: 'arn:aws:s3:::bucket', source_account: ACCOUNT },
  {
    ...statement,
    qualifier: 'live',
    principal: 'events.amazonaws.com',
    source_arn: 'arn:aws:events:us-east-1:000000000000:rule/r',
  },
  {
    ...statement,
    function_name: arnOf('stack'),
    qualifier: '2',
    principal: `arn:aws:iam::${ACCOUNT}:role/service/stack-role`,
  },
  {
    ...statement,
    function_name: arnOf('stack'),
    statement_id: 'org',
    principal: '*',
    principal_org_id: 'o-a1b2c3d4e5',
  },
  {
    ...statement,
    statement_id: 'alexa',
    principal: 'alexa-appkit.amazon.com',
    event_source_token: 'amzn1.ask.skill.1',
  },
  {
    ...statement,
    statement_id: 'url',
    action: 'lambda:InvokeFunction',
    principal: '*',
    invoked_via_function_url: true,
  },
]

test('aws_lambda_permission: what is read out of the policy is what was applied', async () => {
  for (const one of statements) await apply(permission(lambda), one)
  for (const one of statements) await assertClean(permission(lambda), one)
})

const url = {
  function_name: 'stack',
  qualifier: '',
  authorization_type: 'NONE',
  invoke_mode: 'BUFFERED',
  cors: [{ AllowCredentials: true, AllowOrigins: ['https://a.example'], AllowMethods: ['GET'], MaxAge: 300 }],
}
const urlOfAlias = { ...url, qualifier: 'live', authorization_type: 'AWS_IAM', cors: [] }

test('aws_lambda_function_url: applied, planned clean, changed', async () => {
  await apply(functionUrl(lambda), url)
  await apply(functionUrl(lambda), urlOfAlias)
  const bareCors = { ...url, cors: [{ AllowCredentials: false }] }
  await apply(functionUrl(lambda), bareCors, url)
  await apply(functionUrl(lambda), { ...url, authorization_type: 'AWS_IAM', cors: [] }, bareCors)
})

const events = {
  function_name: 'stack',
  qualifier: '',
  maximum_event_age_in_seconds: 60,
  maximum_retry_attempts: 0,
  destination_config: [],
}

test('aws_lambda_function_event_invoke_config: applied, planned clean, changed', async () => {
  await apply(eventInvokeConfig(lambda), events)
  await apply(
    eventInvokeConfig(lambda),
    { ...events, maximum_event_age_in_seconds: 0, maximum_retry_attempts: 2 },
    events,
  )
  await apply(eventInvokeConfig(lambda), { ...events, function_name: arnOf('stack'), qualifier: 'live' })
})

const provisioned = { function_name: 'stack', qualifier: 'live', provisioned_concurrent_executions: 1 }

test('aws_lambda_provisioned_concurrency_config: applied, planned clean, changed', async () => {
  await apply(provisionedConcurrency(lambda), provisioned)
  await apply(provisionedConcurrency(lambda), { ...provisioned, provisioned_concurrent_executions: 2 }, provisioned)
})

const mode = { function_name: 'stack', recursive_loop: 'Allow', update_runtime_on: 'FunctionUpdate' }

test('aws_lambda_function_recursion_config and aws_lambda_runtime_management_config: applied, put back', async () => {
  await apply(modes(lambda), mode)
  await modes(lambda).delete(mode)
  await assertClean(modes(lambda), { ...mode, recursive_loop: 'Terminate', update_runtime_on: 'Auto' })
})

test('a plan of the whole stack is still clean, and what is destroyed is gone', async () => {
  await assertClean(lambdaFunction(lambda), deployed)
  await assertClean(alias(lambda), moved)
  for (const one of statements) await assertClean(permission(lambda), one)
  await destroy(provisionedConcurrency(lambda), provisioned)
  for (const one of [events, { ...events, qualifier: 'live' }]) await destroy(eventInvokeConfig(lambda), one)
  for (const one of [url, urlOfAlias]) await destroy(functionUrl(lambda), one)
  for (const one of statements) await destroy(permission(lambda), one)
  await destroy(alias(lambda), moved)
  await destroy(lambdaFunction(lambda), deployed)
  await destroy(codeSigningConfig(lambda), signing)
  await destroy(capacityProvider(lambda), provider)
  for (const one of [LAYER, { ...LAYER, version: '2' }]) await destroy(layerVersion(lambda), one)
  for (const one of attachments) await destroy(attachment(iam), one)
  await destroy(policy(iam), POLICY)
  await destroy(rolePolicy(iam), INLINE)
  await destroy(role(iam), ROLE)
  const left = await Promise.all([lambda.listFunctions(), lambda.listLayers(), lambda.listCodeSigningConfigs()])
  assert.deepEqual([left[0].Functions, left[1].Layers, left[2].CodeSigningConfigs], [[], [], []])
})
