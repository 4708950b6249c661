import type { Shape } from '../../src/model/schema.ts'
import { SUPPORTED_RUNTIMES } from '../../src/resources/runtimes.ts'
import type { ShapeOverride } from './schema.ts'

const region = '((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?'

/**
 * Where the service's own validation sentences, as recorded from AWS, differ from what the published model says:
 * other expressions, another order of an enumeration, another form for the elements of a list.
 */
export const overrides: Readonly<Record<string, Readonly<Record<string, ShapeOverride>>>> = {
  Lambda: {
    NamespacedFunctionName: {
      pattern: `(arn:(aws[a-zA-Z-]*)?:lambda:)?${region}(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`,
    },
    LayerVersionArn: {
      pattern:
        '(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)',
    },
    TaggableResource: {
      pattern:
        'arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)',
    },
    InvokeMode: { enum: ['RESPONSE_STREAM', 'BUFFERED'] },
    EventSourcePosition: { enum: ['LATEST', 'AT_TIMESTAMP', 'TRIM_HORIZON'] },
    RecursiveLoop: { enum: ['Terminate', 'Allow'] },
    SubnetIds: { elementsMayBeNull: true },
    SecurityGroupIds: { elementsMayBeNull: true },
    // Unknown runtimes are refused by the operation, with an InvalidParameterValueException of its own wording.
    Runtime: { enum: null },
    // Layers know other runtimes: for publishing those that are supported, for lists all that ever were.
    CompatibleRuntimes: { enum: SUPPORTED_RUNTIMES },
    PublishLayerVersionRequest: { first: ['CompatibleRuntimes'] },
    ListLayersRequest: { members: { CompatibleRuntime: 'CompatibleRuntime' } },
    ListLayerVersionsRequest: { members: { CompatibleRuntime: 'CompatibleRuntime' } },
    // The service takes names of any length here and answers that there is no such function.
    Timeout: { max: 900 },
    MemorySize: { max: 10240 },
  },
}

/** Shapes that the service tells apart and the published model does not. */
export const additions: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  Lambda: {
    CompatibleRuntime: {
      type: 'string',
      enum: [
        'ruby3.5',
        'ruby2.6',
        'dotnetcore1.0',
        'python3.7',
        'nodejs8.10',
        'nasa',
        'ruby2.7',
        'python2.7-greengrass',
        'dotnetcore2.0',
        'python3.8',
        'java21',
        'dotnet6',
        'dotnetcore2.1',
        'python3.9',
        'java11',
        'nodejs6.10',
        'provided',
        'dotnetcore3.1',
        'dotnet8',
        'java25',
        'java17',
        'nodejs',
        'nodejs4.3',
        'java8.al2',
        'go1.x',
        'dotnet10',
        'nodejs20.x',
        'go1.9',
        'byol',
        'nodejs10.x',
        'provided.al2023',
        'nodejs22.x',
        'python3.10',
        'java8',
        'nodejs12.x',
        'python3.11',
        'nodejs24.x',
        'nodejs8.x',
        'python3.12',
        'nodejs14.x',
        'nodejs8.9',
        'nodejs26.x',
        'python3.13',
        'python3.14',
        'nodejs16.x',
        'python3.15',
        'provided.al2',
        'nodejs4.3-edge',
        'nodejs18.x',
        'ruby3.2',
        'python3.4',
        'ruby3.3',
        'ruby3.4',
        'ruby2.5',
        'python3.6',
        'python2.7',
      ],
    },
  },
}
