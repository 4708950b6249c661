import type { AccountPrincipal, Caller } from '#auth'
import type { IamHandler } from '../handler.ts'
import { answer } from './answer.ts'
import { accountIn, inputStatements, scenarioOf } from './scenario.ts'

export const simulateCustomPolicy: IamHandler<'SimulateCustomPolicy'> = (input, { caller }) =>
  answer(scenarioOf(input, simulatedCaller(input.CallerArn, caller), inputStatements(input.PolicyInputList)), input)

/** Somebody of the account who has the policies and nothing else. */
function simulatedCaller(arn: string | undefined, { account }: Caller): AccountPrincipal {
  return {
    kind: 'user',
    account: arn === undefined ? account : accountIn(arn),
    arn: arn ?? `arn:aws:iam::${account}:user/simulated`,
    userId: '',
    ...(arn !== undefined && { userName: arn.slice(arn.lastIndexOf('/') + 1) }),
  }
}
