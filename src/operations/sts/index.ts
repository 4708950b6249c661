import type { StsOperations } from '#model'
import { getCallerIdentity } from './get-caller-identity.ts'

type Complete = { readonly [Name in keyof StsOperations]: unknown }

export const stsHandlers = { GetCallerIdentity: getCallerIdentity } satisfies Complete

/** Everybody may ask who they are, even somebody to whom a policy denies it. */
export const stsAuthorization = { GetCallerIdentity: () => undefined } satisfies Complete
