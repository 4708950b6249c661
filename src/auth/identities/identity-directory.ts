import type { Clock } from '#base'
import { type AccessKey, partitionOf, roleArn, roleNameIn } from '#resources'
import type { IdentityStore } from '#store'
import type { Caller, Identity } from '../caller.ts'
import { noPolicies } from '../policy/applicable-policies.ts'
import { callerPolicies } from './policies-of.ts'
import type { RootKey } from './root-key.ts'
import { type Session, Sessions } from './sessions.ts'

/** Who stands behind an access key: the root user, an IAM user, or a session of a role. */
export class IdentityDirectory {
  readonly sessions: Sessions
  readonly #identities: IdentityStore
  readonly #partition: string
  readonly #own: Caller
  /** By access key id: one root user for each account. */
  readonly #roots = new Map<string, Identity>()
  readonly #accounts: ReadonlySet<string>
  readonly #known = new Map<string, { readonly key: AccessKey; readonly identity: Identity }>()

  constructor(of: {
    readonly identities: IdentityStore
    /** Of every account that is served. */
    readonly rootKeys: ReadonlyMap<string, RootKey>
    /** The server's own: who asks without a key belongs to it. */
    readonly account: string
    readonly region: string
    readonly clock: Clock
  }) {
    this.sessions = new Sessions(of.clock)
    this.#identities = of.identities
    this.#partition = partitionOf(of.region)
    this.#accounts = new Set(of.rootKeys.keys())
    for (const [account, { accessKeyId, secretAccessKey }] of of.rootKeys)
      this.#roots.set(accessKeyId, { secretAccessKey, caller: rootCaller(this.#partition, account, accessKeyId) })
    this.#own = rootCaller(this.#partition, of.account, of.rootKeys.get(of.account)?.accessKeyId ?? '')
  }

  /** The root user of the server's own account. */
  get root(): Caller {
    return this.#own
  }

  /** In memory but for the first request of a key. */
  lookUp(accessKeyId: string): Identity | undefined | Promise<Identity | undefined> {
    const root = this.#roots.get(accessKeyId)
    if (root) return root
    const session = this.sessions.find(accessKeyId)
    if (session) return this.#sessionIdentity(session)
    const key = this.#identities.peekAccessKey(accessKeyId)
    if (key?.status !== 'Active' || !this.#accounts.has(key.account)) return undefined
    return this.#userIdentity(key)
  }

  #userIdentity(key: AccessKey): Identity | Promise<Identity | undefined> {
    const policies = callerPolicies(this.#identities.policiesOf(key.account, 'user', key.userName))
    const known = this.#known.get(key.id)
    if (known && known.key === key && known.identity.caller.policies === policies) return known.identity
    return this.#identities.findUser(key.account, key.userName).then((user) => {
      if (!user) return undefined
      const caller: Caller = {
        kind: 'user',
        account: user.account,
        arn: `arn:${this.#partition}:iam::${user.account}:user${user.path}${user.name}`,
        userId: user.id,
        userName: user.name,
        accessKeyId: key.id,
        policies,
      }
      const identity = { secretAccessKey: key.secret, caller }
      this.#known.set(key.id, { key, identity })
      return identity
    })
  }

  /** A session of the role, or undefined when there is no such role. */
  async callerOf(session: RoleSession): Promise<Caller | undefined> {
    const role = await this.#identities.findRole(session.account, roleNameIn(session.roleArn))
    // A role of the same name elsewhere is another role: the session ends with its own.
    if (!role || roleArn(this.#partition, role) !== session.roleArn) return undefined
    return {
      kind: 'role-session',
      account: session.account,
      arn: `arn:${this.#partition}:sts::${session.account}:assumed-role/${role.name}/${session.sessionName}`,
      userId: `${role.id}:${session.sessionName}`,
      roleArn: session.roleArn,
      ...(session.sourceFunctionArn !== undefined && { sourceFunctionArn: session.sourceFunctionArn }),
      accessKeyId: session.accessKeyId,
      policies: callerPolicies(this.#identities.policiesOf(session.account, 'role', role.name)),
    }
  }

  async #sessionIdentity(session: Session): Promise<Identity | undefined> {
    const caller = await this.callerOf(session)
    return (
      caller && {
        secretAccessKey: session.secretAccessKey,
        sessionToken: session.sessionToken,
        expiresAtMs: session.expiresAtMs,
        caller,
      }
    )
  }
}

type RoleSession = Pick<Session, 'account' | 'roleArn' | 'sessionName' | 'sourceFunctionArn' | 'accessKeyId'>

function rootCaller(partition: string, account: string, accessKeyId: string): Caller {
  return {
    kind: 'root',
    account,
    arn: `arn:${partition}:iam::${account}:root`,
    userId: account,
    accessKeyId,
    policies: noPolicies,
  }
}
