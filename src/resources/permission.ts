import type { lambda } from '#model'
import type { Place } from './function-name.ts'
import { invalidPrincipal } from './policy-errors.ts'
import type { PolicyPrincipal, PolicyStatement } from './resource-policy.ts'

/** What AddPermission adds to the policy of the function, version or alias of this ARN. */
export function functionPermission(place: Place, arn: string, input: lambda.AddPermissionRequest): PolicyStatement {
  return statement(place, arn, input, {
    StringEquals: {
      'AWS:SourceAccount': input.SourceAccount,
      'lambda:EventSourceToken': input.EventSourceToken,
      'aws:PrincipalOrgID': input.PrincipalOrgID,
      'lambda:FunctionUrlAuthType': input.FunctionUrlAuthType,
    },
    ArnLike: { 'AWS:SourceArn': input.SourceArn },
    Bool: { 'lambda:InvokedViaFunctionUrl': input.InvokedViaFunctionUrl?.toString() },
  })
}

/** What AddLayerVersionPermission adds to the policy of the layer version of this ARN. */
export function layerPermission(
  place: Place,
  arn: string,
  input: lambda.AddLayerVersionPermissionRequest,
): PolicyStatement {
  return statement(place, arn, input, { StringEquals: { 'aws:PrincipalOrgID': input.OrganizationId } })
}

type Conditions = Readonly<Record<string, Readonly<Record<string, string | undefined>>>>

function statement(
  { partition }: Place,
  arn: string,
  input: { readonly StatementId: string; readonly Principal: string; readonly Action: string },
  conditions: Conditions,
): PolicyStatement {
  const Condition = givenOf(conditions)
  return {
    Sid: input.StatementId,
    Effect: 'Allow',
    Principal: principalOf(partition, input.Principal),
    Action: input.Action,
    Resource: arn,
    ...(Object.keys(Condition).length > 0 && { Condition }),
  }
}

function givenOf(conditions: Conditions): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const given = Object.entries(conditions).map(([operator, keys]) => [
    operator,
    Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined)),
  ])
  return Object.fromEntries(given.filter(([, keys]) => keys && Object.keys(keys).length > 0))
}

const ACCOUNT = /^\d{12}$/
// The names of AWS's services, Alexa's among them, and those of China.
const SERVICE = /^[a-zA-Z0-9.-]+\.(?:amazonaws\.com(?:\.cn)?|amazon\.com)$/
const ARN = /^arn:[^:]+:(?:iam|sts)::\d{12}:.+$/

function principalOf(partition: string, name: string): PolicyPrincipal {
  if (name === '*') return name
  if (SERVICE.test(name)) return { Service: name }
  if (ACCOUNT.test(name)) return { AWS: `arn:${partition}:iam::${name}:root` }
  if (ARN.test(name)) return { AWS: name }
  throw invalidPrincipal()
}
