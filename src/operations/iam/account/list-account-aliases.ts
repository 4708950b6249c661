import type { IamHandler } from '../handler.ts'

/** Accounts have no other names here. */
export const listAccountAliases: IamHandler<'ListAccountAliases'> = () => ({ AccountAliases: [], IsTruncated: false })
