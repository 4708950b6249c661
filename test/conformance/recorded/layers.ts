import { layerArnOf } from '../../support/layers.ts'
import { breaks, invalid, notFound, validation } from '../../support/refusal.ts'
import { ACCOUNT, REGION } from '../../support/server.ts'
import { zipOf } from '../../support/zip.ts'
import type { Row } from './row.ts'

const ZipFile = zipOf({ 'text.txt': 'text' }).toString('base64')
const RUNTIMES =
  '[nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2]'
const ALL_RUNTIMES =
  '[ruby3.5, ruby2.6, dotnetcore1.0, python3.7, nodejs8.10, nasa, ruby2.7, python2.7-greengrass, dotnetcore2.0, python3.8, java21, dotnet6, dotnetcore2.1, python3.9, java11, nodejs6.10, provided, dotnetcore3.1, dotnet8, java25, java17, nodejs, nodejs4.3, java8.al2, go1.x, dotnet10, nodejs20.x, go1.9, byol, nodejs10.x, provided.al2023, nodejs22.x, python3.10, java8, nodejs12.x, python3.11, nodejs24.x, nodejs8.x, python3.12, nodejs14.x, nodejs8.9, nodejs26.x, python3.13, python3.14, nodejs16.x, python3.15, provided.al2, nodejs4.3-edge, nodejs18.x, ruby3.2, python3.4, ruby3.3, ruby3.4, ruby2.5, python3.6, python2.7]'
const LAYER_VERSION =
  '(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)'

const missing = notFound('The resource you requested does not exist.')
const belowOne = invalid('Layer Version Cannot be less than 1')
const badRuntimes = (printed: string) => breaks('compatibleRuntimes', printed, `satisfy enum value set: ${RUNTIMES}`)
const badArchitectures = (printed: string) =>
  breaks(
    'compatibleArchitectures',
    printed,
    'satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]',
  )
const publication = { LayerName: 'one', Content: { ZipFile } }
const withLayers = (...Layers: string[]) => ({
  FunctionName: 'layered',
  Role: `arn:aws:iam::${ACCOUNT}:role/test-role`,
  Handler: 'index.handler',
  Runtime: 'python3.12',
  Code: { ZipFile },
  Layers,
})
const twice = (first: string, second: string) =>
  invalid(
    `Two different versions of the same layer are not allowed to be referenced in the same function. ${first} and ${second} are versions of the same layer.`,
  )
const [two1, two2] = [layerArnOf('two:1'), layerArnOf('two:2')]

/** The layer `one` has the version 1, `two` the versions 1 and 2. */
export const layers: readonly Row[] = [
  [
    'ListLayers',
    { CompatibleRuntime: 'runtimedoesnotexist' },
    validation(breaks('compatibleRuntime', 'runtimedoesnotexist', `satisfy enum value set: ${ALL_RUNTIMES}`)),
  ],
  [
    'ListLayers',
    { CompatibleArchitecture: 'archdoesnotexist' },
    validation(breaks('compatibleArchitecture', 'archdoesnotexist', 'satisfy enum value set: [x86_64, arm64]')),
  ],
  ['GetLayerVersion', { LayerName: 'layer-doesnotexist', VersionNumber: 1 }, missing],
  ['GetLayerVersion', { LayerName: 'one', VersionNumber: -1 }, belowOne],
  ['GetLayerVersion', { LayerName: 'one', VersionNumber: 0 }, belowOne],
  ['GetLayerVersion', { LayerName: 'one', VersionNumber: 2 }, missing],
  [
    'GetLayerVersionByArn',
    { Arn: layerArnOf('one') },
    validation(breaks('arn', layerArnOf('one'), `satisfy regular expression pattern: ${LAYER_VERSION}`)),
  ],
  ['GetLayerVersionByArn', { Arn: layerArnOf('one:2') }, missing],
  ['DeleteLayerVersion', { LayerName: 'one', VersionNumber: -1 }, belowOne],
  [
    'PublishLayerVersion',
    { ...publication, CompatibleRuntimes: ['invalidruntime'], CompatibleArchitectures: ['invalidarch'] },
    validation(badRuntimes('[invalidruntime]'), badArchitectures('[invalidarch]')),
  ],
  [
    'PublishLayerVersion',
    {
      ...publication,
      CompatibleRuntimes: ['invalidruntime', 'invalidruntime2', 'nodejs20.x'],
      CompatibleArchitectures: ['invalidarch', 'x86_64'],
    },
    validation(badRuntimes('[invalidruntime, invalidruntime2, nodejs20.x]'), badArchitectures('[invalidarch, x86_64]')),
  ],

  // The layers of a function.
  ['CreateFunction', withLayers(two1, two2), twice(two1, two2)],
  ['CreateFunction', withLayers(two1, two2, layerArnOf('one:1')), twice(two1, two2)],
  ['CreateFunction', withLayers(two1, two1), twice(two1, two1)],
  [
    'CreateFunction',
    withLayers(layerArnOf('doesnotexist:1')),
    invalid(`Layer version ${layerArnOf('doesnotexist:1')} does not exist.`),
  ],
  ['CreateFunction', withLayers(layerArnOf('one:9')), invalid(`Layer version ${layerArnOf('one:9')} does not exist.`)],
  [
    'CreateFunction',
    withLayers(layerArnOf('one')),
    validation(
      breaks(
        'layers',
        `[${layerArnOf('one')}]`,
        `satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ${LAYER_VERSION}, Member must not be null]`,
      ),
    ),
  ],
  [
    'CreateFunction',
    withLayers(`arn:aws:lambda:eu-west-1:${ACCOUNT}:layer:one:1`),
    invalid(`Layers are not in the same region as the function. Layers are expected to be in region ${REGION}.`),
  ],
  [
    'CreateFunction',
    withLayers(...Array.from({ length: 6 }, (_, i) => layerArnOf(`many${i}:1`))),
    invalid('Cannot reference more than 5 layers.'),
  ],
]
