import { createRequestContext, decide, type IdentityDirectory } from '#auth'
import type { Clock } from '#base'
import { type FunctionAddress, type Place, parseFunctionName } from '#resources'
import type { Store } from '#store'
import { findAddressed, resourcePolicyOf } from './addressed.ts'

export interface RolePermissionsOptions {
  readonly store: Store
  readonly directory: IdentityDirectory
  readonly place: Place
  readonly organizationId: string | undefined
  readonly clock: Clock
  /** False with `--auth none`: every role may do everything. */
  readonly isEnforced: boolean
}

/** What execution roles may do, when Lambda acts for a function. */
export class RolePermissions {
  readonly #options: RolePermissionsOptions

  constructor(options: RolePermissionsOptions) {
    this.#options = options
  }

  /** By the role's policies, and for a function also by the function's. A role that does not exist may do nothing. */
  async isAllowed(role: string, action: string, resource: string): Promise<boolean> {
    const { directory, place, clock, organizationId, isEnforced } = this.#options
    if (!isEnforced) return true
    const account = role.split(':')[4] ?? ''
    const principal = await directory.serviceCaller(account, role, 'awslambda')
    if (!principal) return false
    const isFunction = action.startsWith('lambda:')
    // What is of another service asks its own policies, wherever it is.
    const resourceAccount = isFunction ? undefined : account
    const facts = { principal, nowMs: clock.now(), secure: true, region: place.region, resource, organizationId }
    const context = createRequestContext({ ...facts, resourceAccount })
    const request = { principal, action, resource, resourceAccount, context }
    return decide(request, isFunction ? await this.#policyOf(resource) : undefined).kind === 'allowed'
  }

  async #policyOf(arn: string) {
    const { store, place } = this.#options
    const { account = '', name, qualifier } = parseFunctionName(arn)
    const address: FunctionAddress = { account, functionName: name, ...(qualifier !== undefined && { qualifier }) }
    return resourcePolicyOf(await findAddressed(store, address), place, address, arn)
  }
}
