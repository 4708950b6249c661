import type { IamHandler } from '../handler.ts'
import { findPolicySource, grantedStatements } from './policy-source.ts'
import { inputStatements } from './scenario.ts'
import type { SourceStatement } from './statements.ts'

export const getContextKeysForCustomPolicy: IamHandler<'GetContextKeysForCustomPolicy'> = (input) =>
  namesIn(inputStatements(input.PolicyInputList))

export const getContextKeysForPrincipalPolicy: IamHandler<'GetContextKeysForPrincipalPolicy'> = async (
  input,
  context,
) => {
  const source = await findPolicySource(context, 'iam:GetContextKeysForPrincipalPolicy', input.PolicySourceArn)
  return namesIn([...grantedStatements(source.grants.policies), ...inputStatements(input.PolicyInputList)])
}

const namesIn = (statements: readonly SourceStatement[]) => ({
  ContextKeyNames: [...new Set(statements.flatMap(({ keys }) => keys))],
})
