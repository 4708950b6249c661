import type { Handler } from '../context.ts'
import { readPolicy } from './get-policy.ts'
import { checkResourceArn } from './resource-arn.ts'

export const getResourcePolicy: Handler<'GetResourcePolicy'> = (input, context) => {
  checkResourceArn(context, input.ResourceArn)
  return readPolicy(context)
}
