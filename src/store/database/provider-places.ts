import { sql } from 'kysely'
import { type FunctionVersion, VERSIONS_PER_PROVIDER } from '#resources'
import { CapacityProviderFull, NoCapacityProvider } from '../errors.ts'
import type { Database, Statement } from './database.ts'
import { required, requireThat } from './requirements.ts'

/** What versions on managed instances add to the end of the unit that writes them. */
export interface ProviderPlaces {
  readonly statements: readonly Statement[]
  /** Throws for the requirement that a commit did not meet, if it is one of these. */
  refuse(unmet: Statement | undefined): void
}

const NONE: ProviderPlaces = { statements: [], refuse: () => {} }

/** The provider must be there, and must not have more versions than it may. */
export function providerPlaces(queries: Database['queries'], { account, configuration }: FunctionVersion) {
  const arn = configuration.capacity?.providerArn
  if (arn === undefined) return NONE
  const name = providerNameOf(arn)
  const exists = required(
    queries.selectFrom('capacity_providers').where('account', '=', account).where('name', '=', name).select('name'),
  )
  const count = sql`(SELECT count(*) FROM function_versions WHERE account = ${account} AND capacity_provider = ${name})`
  const fits = requireThat(queries, sql`${count} <= ${VERSIONS_PER_PROVIDER}`)
  const refuse = (unmet: Statement | undefined) => {
    if (unmet === exists) throw new NoCapacityProvider(arn)
    if (unmet === fits) throw new CapacityProviderFull(arn)
  }
  return { statements: [exists, fits], refuse }
}

export const providerNameOf = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1)
