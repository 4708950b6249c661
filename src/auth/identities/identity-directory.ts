import type { Clock } from '#base'
import {
  type AccessKey,
  partitionOf,
  principalArn,
  type Role,
  roleArn,
  roleNameIn,
  type Tags,
  type User,
} from '#resources'
import type { IdentityStore, Secrets } from '#store'
import type { Caller, Identity } from '../caller.ts'
import { noPolicies } from '../policy/applicable-policies.ts'
import { createRecentCache } from '../recent-cache.ts'
import { callerPolicies } from './caller-policies.ts'
import type { RootKey } from './root-key.ts'
import { type Session, Sessions } from './sessions.ts'

/** An identity, and what it was derived from: it holds while that is the same. */
interface Known {
  readonly generation: number
  readonly key: AccessKey | undefined
  readonly identity: Identity
}

// Some KiB each, with long session policies some dozens; one that was forgotten is read again.
const MAX_KNOWN = 2_000

/** Who stands behind an access key: the root user, an IAM user, or a session. */
export class IdentityDirectory {
  readonly sessions: Sessions
  readonly #identities: IdentityStore
  readonly #partition: string
  readonly #own: Caller
  /** By access key id: one root user for each account. */
  readonly #roots = new Map<string, Identity>()
  readonly #accounts: ReadonlySet<string>
  readonly #known = createRecentCache<Known>(MAX_KNOWN)
  readonly #loading = new Map<string, Promise<Identity | undefined>>()

  constructor(of: {
    readonly identities: IdentityStore
    readonly secrets: Secrets
    /** Of every account that is served. */
    readonly rootKeys: ReadonlyMap<string, RootKey>
    /** The server's own: who asks without a key belongs to it. */
    readonly account: string
    readonly region: string
    readonly clock: Clock
  }) {
    this.sessions = new Sessions(of.clock, of.secrets)
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

  /** In memory but for the first request of a key, and the first after a change of identities. */
  lookUp(accessKeyId: string, sessionToken?: string): Identity | undefined | Promise<Identity | undefined> {
    const root = this.#roots.get(accessKeyId)
    if (root) return root
    const { generation, accessKeys } = this.#identities
    const key = accessKeys.peek(accessKeyId)
    const known = this.#known.get(accessKeyId)
    if (known && known.generation === generation && known.key === key) return known.identity
    if (key ? key.status !== 'Active' || !this.#accounts.has(key.account) : sessionToken === undefined) return undefined
    return this.#loadOnce(generation, accessKeyId, key, sessionToken)
  }

  /** Requests that come meanwhile wait for the same answer. */
  #loadOnce(generation: number, accessKeyId: string, key: AccessKey | undefined, sessionToken: string | undefined) {
    const question = `${generation} ${accessKeyId} ${key?.status} ${sessionToken}`
    const loading = this.#loading.get(question)
    if (loading) return loading
    const loaded = this.#load(accessKeyId, key, sessionToken)
      .then((identity) => {
        if (identity) this.#known.set(accessKeyId, { generation, key, identity })
        return identity
      })
      .finally(() => this.#loading.delete(question))
    this.#loading.set(question, loaded)
    return loaded
  }

  async #load(
    accessKeyId: string,
    key: AccessKey | undefined,
    sessionToken: string | undefined,
  ): Promise<Identity | undefined> {
    if (key) {
      const user = await this.#identities.users.findById(key.userId)
      return user && { secretAccessKey: key.secret, caller: await this.#userCaller(user, key.id) }
    }
    const session = sessionToken === undefined ? undefined : this.sessions.open(accessKeyId, sessionToken)
    const caller = session && this.#accounts.has(session.account) ? await this.#sessionCaller(session) : undefined
    if (!session || !caller || sessionToken === undefined) return undefined
    const { secretAccessKey, expiresAtMs } = session
    return { secretAccessKey, sessionToken, expiresAtMs, caller }
  }

  /** Who Lambda itself is when it acts in an execution role; undefined when there is no such role. */
  serviceCaller(account: string, roleArn: string, sessionName: string): Promise<Caller | undefined> {
    const actor = { kind: 'role', roleArn, sessionName } as const
    return this.#sessionCaller({ account, actor, accessKeyId: '', secretAccessKey: '', expiresAtMs: 0 })
  }

  async #userCaller(user: User, accessKeyId: string): Promise<Caller> {
    return {
      kind: 'user',
      account: user.account,
      arn: principalArn(this.#partition, 'user', user),
      userId: user.id,
      userName: user.name,
      ...(user.tags && { tags: user.tags }),
      accessKeyId,
      useId: accessKeyId,
      policies: callerPolicies(await this.#identities.grantsOf(user)),
    }
  }

  async #sessionCaller(session: Session): Promise<Caller | undefined> {
    const { account, accessKeyId, actor } = session
    if (actor.kind === 'root') return { ...rootCaller(this.#partition, account, accessKeyId), session: {} }
    if (actor.kind === 'user') {
      const user = await this.#identities.users.findById(actor.userId)
      return user && { ...(await this.#userCaller(user, accessKeyId)), session: {} }
    }
    const role = await this.#identities.roles.find(account, roleNameIn(actor.roleArn))
    // A role of the same name elsewhere, or one made later, is another role: the session ends with its own.
    const isMeant = role && roleArn(this.#partition, role) === actor.roleArn && (actor.roleId ?? role.id) === role.id
    return isMeant ? this.#roleCaller(session, role, actor.sessionName) : undefined
  }

  async #roleCaller(session: Session, role: Role, sessionName: string): Promise<Caller> {
    const { account, accessKeyId, policies, transitiveTagKeys = [], sourceIdentity, sourceFunctionArn } = session
    const managed = await this.#identities.findManaged(policies?.arns ?? [])
    const documents = policies && [...policies.documents, ...managed.map(({ document }) => document)]
    const tags: Tags = { ...role.tags, ...session.tags }
    return {
      kind: 'role-session',
      account,
      arn: `arn:${this.#partition}:sts::${account}:assumed-role/${role.name}/${sessionName}`,
      userId: `${role.id}:${sessionName}`,
      roleArn: roleArn(this.#partition, role),
      tags,
      ...(sourceIdentity !== undefined && { sourceIdentity }),
      ...(sourceFunctionArn !== undefined && { sourceFunctionArn }),
      accessKeyId,
      useId: role.id,
      policies: callerPolicies(await this.#identities.grantsOf(role), documents),
      session: {
        transitiveTags: Object.fromEntries(Object.entries(tags).filter(([key]) => transitiveTagKeys.includes(key))),
      },
    }
  }
}

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
