import { type Service, type Shape, shapeNamed } from '#model'

const lambda = 'arn:aws:lambda:us-east-1:000000000000'

/** What a text of a shape begins with; the rest is letters. */
const beginnings: Readonly<Record<string, string>> = {
  RoleArn: 'arn:aws:iam::000000000000:role/',
  KMSKeyArn: 'arn:aws:kms:',
  ResourceArn: 'arn:aws:sqs:',
  CapacityProviderArn: `${lambda}:capacity-provider:`,
  CodeSigningConfigArn: `${lambda}:code-signing-config:csc-0123456789abcdef`,
  FileSystemArn: 'arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-0123456789abcdef',
  LocalMountPath: '/mnt/',
  SubnetId: 'subnet-',
  SecurityGroupId: 'sg-',
  TaggableResource: `${lambda}:function:`,
  PolicyResourceArn: `${lambda}:function:`,
  Action: 'lambda:',
  pathType: '/',
  pathPrefixType: '/',
}

/** Texts of shapes that have no room for other letters. */
const texts: Readonly<Record<string, string>> = {
  LayerVersionArn: `${lambda}:layer:a:1`,
  DurableExecutionArn: `${lambda}:function:a:1/durable-execution/n/i`,
  LayerPermissionAllowedAction: 'lambda:GetLayerVersion',
  LayerPermissionAllowedPrincipal: '*',
  VersionWithLatestPublished: '1',
  AdditionalVersion: '1',
  PublishedFunctionQualifier: '1',
  Arn: 'arn:aws:sqs:us-east-1:000000000000:queue',
  accessKeyIdType: 'AKIAIOSFODNN7EXAMPLE',
}

export const textOf = (name: string, length: number) => (beginnings[name] ?? '').padEnd(length, 'a').slice(0, length)

/** A valid value of any shape, with what is required in it. */
export function sampleOf(service: Service, name: string): unknown {
  const shape: Shape = shapeNamed(service, name)
  switch (shape.type) {
    case 'structure':
      return Object.fromEntries(
        Object.entries(shape.members)
          .filter(([, member]) => member.required)
          .map(([member, { shape: inner }]) => [member, sampleOf(service, inner)]),
      )
    case 'list':
      return [sampleOf(service, shape.member)]
    case 'map':
      return {}
    case 'string':
      return (
        texts[name] ?? shape.enum?.[0] ?? textOf(name, Math.max((beginnings[name] ?? '').length + 1, shape.min ?? 0))
      )
    case 'boolean':
      return false
    case 'blob':
      return ''
    case 'timestamp':
      return 0
    default:
      return shape.min ?? 1
  }
}

/** An input of an operation with its required members. */
export function sampleInput(service: Service, operation: string): Readonly<Record<string, unknown>> {
  const { input } = service.operations[operation] ?? {}
  return input === undefined ? {} : { ...(sampleOf(service, input) as object) }
}
