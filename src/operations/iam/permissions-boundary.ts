import type { Principal, PrincipalKind } from '#resources'
import type { PrincipalStore } from '#store'
import { checkAttachable } from './attached-policies.ts'
import { policyNotAttachable, principalNotFound } from './errors.ts'
import type { IamContext } from './handler.ts'

interface Limited extends Principal {
  readonly permissionsBoundary?: string | undefined
}

export async function putBoundary<Record extends Limited>(
  { caller }: IamContext,
  kind: PrincipalKind,
  store: PrincipalStore<Record>,
  { id, name }: Record,
  arn: string,
) {
  checkAttachable(arn, caller.account)
  const outcome = await store.change(id, (record) => ({ ...record, permissionsBoundary: arn }))
  if (outcome === 'no-such-policy') throw policyNotAttachable(arn)
  if (outcome === 'not-found') throw principalNotFound(kind, name)
  return {}
}

/** That there was none is no error. */
export async function deleteBoundary<Record extends Limited>(store: PrincipalStore<Record>, { id }: Record) {
  await store.change(id, (record) => ({ ...record, permissionsBoundary: undefined }))
  return {}
}
