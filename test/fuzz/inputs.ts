import { type Service, type Shape, shapeNamed } from '#model'
import { TRUST_LAMBDA } from '../support/clients.ts'
import { sampleOf, textOf } from '../support/samples.ts'
import { zipOf } from '../support/zip.ts'
import type { Random } from './random.ts'

/** Values at which programs break. */
export const oddTexts: readonly string[] = [
  '',
  ' ',
  '\0',
  '\ud800',
  '💥',
  'ü'.repeat(40),
  '../../etc/passwd',
  '%2e%2e%2f',
  '__proto__',
  'constructor',
  'toString',
  '$LATEST',
  '*',
  'null',
  'NaN',
  '-1',
  '1e400',
  '9'.repeat(30),
  'a'.repeat(5_000),
  '{"a":1}',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '%s%n$&',
  'a\r\nX-Injected: 1',
  'arn:aws:lambda:us-east-1:000000000000:function:echo:1:2:3',
  ':::::::',
]
export const oddValues: readonly unknown[] = [
  ...oddTexts,
  null,
  true,
  0,
  -1,
  0.5,
  2 ** 31,
  2 ** 53,
  1e308,
  [],
  {},
  [null],
  [[[[]]]],
  { __proto__: { a: 1 } },
]

const ZIP = zipOf({ 'index.mjs': 'export const handler = async (event) => event' }).toString('base64')

/** In the form of markers that were given out, with something else in them. */
const markers = ['["a"]', '[]', '[1,2,3]', '{"name":1}', 'null', '"a"', '[null,{}]'].map((text) =>
  Buffer.from(text).toString('base64url'),
)

/** Names that exist, so that not every request ends at a thing that is not there. */
const names: Readonly<Record<string, readonly string[]>> = {
  FunctionName: ['echo', 'a', 'b', 'nobody', 'echo:live', 'arn:aws:lambda:us-east-1:000000000000:function:echo'],
  Qualifier: ['live', '1', '$LATEST', 'nobody'],
  FunctionVersion: ['1', '$LATEST', '9'],
  Name: ['live', 'a'],
  LayerName: ['shared', 'a'],
  Role: ['arn:aws:iam::000000000000:role/test-role'],
  // Those whose interpreters are here.
  Runtime: ['nodejs22.x', 'python3.12', 'provided.al2023'],
  UserName: ['ada', 'a'],
  RoleName: ['test-role', 'a'],
  GroupName: ['a', 'b'],
  RoleArn: ['arn:aws:iam::000000000000:role/test-role'],
  Resource: ['arn:aws:lambda:us-east-1:000000000000:function:echo'],
  ResourceArn: ['arn:aws:lambda:us-east-1:000000000000:function:echo'],
  logGroupName: ['/aws/lambda/echo', 'a'],
  PolicyDocument: ['{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:*","Resource":"*"}]}'],
  Policy: ['{"Version":"2012-10-17","Statement":[]}'],
  AssumeRolePolicyDocument: [TRUST_LAMBDA],
  PolicyName: ['p', 'q'],
  PolicyArn: ['arn:aws:iam::000000000000:policy/p', 'arn:aws:iam::aws:policy/AdministratorAccess'],
  PolicySourceArn: ['arn:aws:iam::000000000000:user/ada'],
  ZipFile: [ZIP],
  Handler: ['index.handler'],
  Principal: ['sns.amazonaws.com', '*', '000000000000'],
  Action: ['lambda:InvokeFunction', 'lambda:GetLayerVersion'],
  StatementId: ['s', 't'],
  VersionNumber: ['1', '2'],
  Path: ['/', '/team/'],
  Marker: markers,
  NextMarker: markers,
  nextToken: markers,
  PathPrefix: ['/'],
}

/** An input of an operation: what is required, some of what is not, mostly right, and sometimes odd. */
export function inventInput(service: Service, operation: string, random: Random): Readonly<Record<string, unknown>> {
  const { input } = service.operations[operation] ?? {}
  return input === undefined ? {} : { ...(invent(service, input, '', random, 0) as object) }
}

// Deeper inputs say nothing new, and some shapes contain themselves.
const MAX_DEPTH = 6

function invent(service: Service, name: string, member: string, random: Random, depth: number): unknown {
  if (random.chance(0.02)) return random.pick(oddValues)
  const known = names[member]
  if (known && random.chance(0.8)) return random.pick(known)
  const shape: Shape = shapeNamed(service, name)
  const inner = (shapeName: string, memberName = '') => invent(service, shapeName, memberName, random, depth + 1)
  switch (shape.type) {
    case 'structure': {
      const share = depth < MAX_DEPTH ? random.pick([0, 0.1, 0.3, 0.6]) : 0
      return Object.fromEntries(
        Object.entries(shape.members)
          .filter(([memberName, { required }]) => required || random.chance(names[memberName] ? 0.7 : share))
          .map(([memberName, { shape: shapeName }]) => [memberName, inner(shapeName, memberName)]),
      )
    }
    case 'list':
      return Array.from({ length: random.int(4) }, () => inner(shape.member))
    case 'map':
      return Object.fromEntries(Array.from({ length: random.int(3) }, () => [inner(shape.key), inner(shape.value)]))
    case 'string':
      if (shape.enum) return random.pick(shape.enum)
      return random.chance(0.5)
        ? sampleOf(service, name)
        : textOf(name, Math.min((shape.min ?? 1) + random.int(60), shape.max ?? 5_000))
    case 'boolean':
      return random.chance(0.5)
    case 'blob':
      return Buffer.from(random.pick(oddTexts)).toString('base64')
    case 'timestamp':
      return random.pick([0, 1, 1e9, 2e9, 1e12, -1])
    default:
      return random.pick([shape.min ?? 0, shape.max ?? 2 ** 31, (shape.min ?? 1) - 1, (shape.max ?? 1) + 1, 1, 3])
  }
}
