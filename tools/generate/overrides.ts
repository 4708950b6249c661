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
    // The service takes names of any length here and answers that there is no such function.
    Timeout: { max: 900 },
    MemorySize: { max: 10240 },
  },
}
