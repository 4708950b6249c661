import { arnOf } from '../../support/functions.ts'
import { breaks, invalid, notFound, type Refusal, validation } from '../../support/refusal.ts'
import { ACCOUNT, REGION } from '../../support/server.ts'
import type { Row } from './row.ts'

const Tags = { key1: 'value1' }
const place = `arn:aws:lambda:${REGION}:${ACCOUNT}`
const RESOURCE =
  'arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)'
const misshapen = (arn: string) =>
  validation(breaks('resource', arn, `satisfy regular expression pattern: ${RESOURCE}`))
const noTags = invalid('Tags on function aliases and versions are not supported. Please specify a function ARN.')
const tooMany = invalid('Number of tags exceeds resource tag limit.')
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}_key`, 'value']))

const about = (Resource: string, refusal: Refusal): readonly Row[] => [
  ['TagResource', { Resource, Tags }, refusal],
  ['UntagResource', { Resource, TagKeys: ['key1'] }, refusal],
  ['ListTags', { Resource }, refusal],
]
const UUID = '00000000-0000-4000-8000-000000000000'
const [mapping, provider] = [`${place}:event-source-mapping:${UUID}`, `${place}:capacity-provider:missing`]

/** `tagged` has fifty tags. */
const tags: readonly Row[] = [
  ...about(arnOf('doesnotexist'), notFound(`Function not found: ${arnOf('doesnotexist')}`)),
  ...about(mapping, notFound(`Event source mapping not found: ${mapping}`)),
  ...about(provider, notFound(`Capacity provider not found: ${provider}`)),
  ['TagResource', { Resource: 'arn:aws:something', Tags }, misshapen('arn:aws:something')],
  ['TagResource', { Resource: `${place}:foobar:missing`, Tags }, misshapen(`${place}:foobar:missing`)],
  ['TagResource', { Resource: `${mapping}:alias`, Tags }, misshapen(`${mapping}:alias`)],
  ['TagResource', { Resource: `${provider}:alias`, Tags }, misshapen(`${provider}:alias`)],
  ['TagResource', { Resource: arnOf('doesnotexist:1'), Tags }, noTags],
  ['TagResource', { Resource: arnOf('fn:1'), Tags }, noTags],
  ['TagResource', { Resource: arnOf('fn:$LATEST'), Tags }, noTags],
  ['TagResource', { Resource: arnOf('fn:live'), Tags }, noTags],
  [
    'TagResource',
    { Resource: arnOf('fn'), Tags: {} },
    invalid('An error occurred and the request cannot be processed.'),
  ],
  [
    'UntagResource',
    { Resource: arnOf('fn'), TagKeys: [] },
    validation("Value null at 'tagKeys' failed to satisfy constraint: Member must not be null"),
  ],
  ['TagResource', { Resource: arnOf('fn'), Tags: many(51) }, tooMany],
  ['TagResource', { Resource: arnOf('tagged'), Tags }, tooMany],
]

const MISSING = `${place}:code-signing-config:csc-0123456789abcdef0`
const config = { CodeSigningConfigArn: MISSING }
const noFunction = notFound(`Function not found: ${arnOf('csc-test-doesnotexist')}`)
const noConfig = notFound(`The Lambda code signing configuration ${MISSING} can not be found.`)
const notToBeUsed: Refusal = {
  code: 'CodeSigningConfigNotFoundException',
  status: 404,
  message: `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${MISSING}.`,
}
const UNTYPED = ['Message']

/** `existing` is the ARN of the only configuration. */
const signing = (existing: string): readonly Row[] => [
  ['DeleteCodeSigningConfig', config, noConfig, UNTYPED],
  ['DeleteFunctionCodeSigningConfig', { FunctionName: 'csc-test-doesnotexist' }, noFunction],
  [
    'PutFunctionCodeSigningConfig',
    { FunctionName: 'csc-test-doesnotexist', CodeSigningConfigArn: existing },
    noFunction,
  ],
  ['PutFunctionCodeSigningConfig', { FunctionName: 'fn', ...config }, notToBeUsed],
  ['PutFunctionCodeSigningConfig', { FunctionName: 'csc-test-doesnotexist', ...config }, notToBeUsed],
  ['UpdateCodeSigningConfig', { ...config, Description: 'new' }, noConfig, UNTYPED],
  ['UpdateCodeSigningConfig', config, noConfig, UNTYPED],
  ['GetCodeSigningConfig', config, noConfig, UNTYPED],
  ['GetFunctionCodeSigningConfig', { FunctionName: 'csc-test-doesnotexist' }, noFunction],
  ['ListFunctionsByCodeSigningConfig', config, noConfig, UNTYPED],
]

export const tagsAndSigning = (existing: string): readonly Row[] => [...tags, ...signing(existing)]
