import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { IdentityDirectory } from '#auth'
import { createLog, systemClock } from '#base'
import { openEnvironmentHost } from '#environment'
import { Deliverer, Invocations, OutboxSender } from '#invocation'
import type { Targets } from '#operations'
import { type Place, partitionOf } from '#resources'
import { openStore, type Store } from '#store'
import { AuditLog } from './audit/audit-log.ts'
import { AwsClients } from './aws/aws-clients.ts'
import { AwsTargets } from './aws/aws-targets.ts'
import { S3Objects } from './aws/s3-objects.ts'
import { CodeDownload } from './code-download.ts'
import { executionCredentials } from './execution-credentials.ts'
import { startHousekeeping } from './housekeeping.ts'
import { createListener, type Listener } from './http/listener.ts'
import type { ServerOptions } from './options.ts'
import { RolePermissions } from './role-permissions.ts'
import { openRootCredentials, type RootCredentials } from './root-credentials.ts'
import type { Running } from './running.ts'
import { refuse, serve } from './serve.ts'
import { shuttingDown } from './shutting-down.ts'

/** The longest invocation takes fifteen minutes; a client that does not read its answer is not waited for any longer. */
const LONGEST_DRAIN_MS = 16 * 60_000

/** A started server. */
export interface LambentServer {
  /** `http://host:port`, or `https://host:port` */
  readonly url: string
  readonly credentials: RootCredentials
  /** Which limits of an execution environment hold on this machine. */
  readonly limits: readonly string[]
  /** Running invocations finish, new ones are refused; then everything is closed. */
  stop(): Promise<void>
}

/** Wires the rooms together and begins to serve. */
export async function startServer(options: ServerOptions): Promise<LambentServer> {
  const clock = systemClock
  const log = createLog()
  const place: Place = { partition: partitionOf(options.region), region: options.region }
  const isEnforced = options.auth === 'iam'

  const store = await openStore({
    dataDirectory: options.dataDirectory,
    clock,
    log,
    codeLimitBytes: options.codeLimitBytes,
    images: options.images,
    furtherAccounts: options.furtherAccounts,
  })
  const accounts = [options.account, ...options.furtherAccounts] as const
  const credentials = await openRootCredentials(options.dataDirectory, accounts, options.presetRootKey)
  const environments = await openEnvironmentHost({
    dataDirectory: options.dataDirectory,
    runtimesDirectory: options.runtimesDirectory,
    isolation: options.isolation,
    network: options.network,
    memoryMb: options.memoryMb,
    log,
  })
  const directory = new IdentityDirectory({
    identities: store.identities,
    secrets: store.secrets,
    rootKeys: credentials.keys,
    account: options.account,
    region: options.region,
    clock,
  })
  const invocations = new Invocations({
    store,
    environments,
    fileSystems: options.fileSystems,
    place,
    clock,
    log,
    issueCredentials: executionCredentials(directory.sessions, store, place),
  })
  const deliverer = new Deliverer({ store, invocations, place, clock, log })
  const codeDownload = new CodeDownload(store)
  const audit = new AuditLog({ dataDirectory: options.dataDirectory, clock, log })
  const aws = new AwsClients({
    region: options.region,
    endpoints: options.awsEndpoints,
    ...(options.awsKey && { credentials: options.awsKey }),
  })
  const awsTargets = new AwsTargets(aws, place)
  const { organizationId } = options
  const permissions = new RolePermissions({ store, directory, place, organizationId, clock, isEnforced })
  const targets: Targets = {
    isReachable: (service) => awsTargets.isReachable(service),
    isAllowed: (role, action, resource) => permissions.isAllowed(role, action, resource),
  }
  const sender = new OutboxSender({
    store,
    place,
    clock,
    log,
    isAllowed: targets.isAllowed,
    send: (message, signal) => awsTargets.send(message, signal),
  })

  let isDraining = false
  const listener = createListener(
    {
      serve: (request) => (isDraining ? Promise.resolve(refuse(request, shuttingDown())) : serve(request, running)),
      refuse,
    },
    options.tls,
  )
  const url = await listen(listener.server, options).catch(async (error) => {
    await Promise.allSettled([environments.close(), store.close()])
    throw error
  })
  const services = {
    store,
    invocations,
    objects: new S3Objects(aws, log),
    targets,
    place,
    isEnforced,
    runsImages: options.isolation === 'bubblewrap',
    fileSystems: options.fileSystems,
    codeLimitBytes: options.codeLimitBytes,
    sessions: directory.sessions,
    clock,
    log,
    codeLocation: (baseUrl: string, sha256: string) => codeDownload.linkTo(baseUrl, sha256, clock.now()),
  }
  const running: Running = {
    services,
    directory,
    lookUpIdentity: (id, token) => directory.lookUp(id, token),
    codeDownload,
    audit,
    place,
    organizationId,
    isEnforced,
    authority: new URL(url).host,
    deliveries: deliverer,
    clock,
    log,
  }

  await resumeUnsettled(store, invocations)
  await invocations.provisionAll()
  deliverer.start()
  sender.start()
  const endHousekeeping = startHousekeeping({ store, clock, log, failedEventHours: options.failedEventHours })
  return {
    url,
    credentials,
    limits: environments.limits,
    stop: async () => {
      isDraining = true
      listener.server.close()
      listener.closeIdleConnections()
      await Promise.all([
        Promise.race([listener.answered(), clock.sleep(LONGEST_DRAIN_MS)]),
        invocations.drained(),
        deliverer.stop(),
      ])
      await sender.stop()
      endHousekeeping()
      invocations.close()
      aws.close()
      await environments.close()
      listener.closeAllConnections()
      await audit.written()
      await store.close()
    },
  }
}

async function listen(listener: Listener['server'], { host, port, tls }: ServerOptions): Promise<string> {
  listener.listen(port, host)
  await once(listener, 'listening')
  const address = listener.address() as AddressInfo
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${address.port}`
}

/** Functions whose creation or update a crash interrupted become Active now. */
async function resumeUnsettled(store: Store, invocations: Invocations): Promise<void> {
  for (const version of await store.functions.listUnsettled()) invocations.settle(version)
}
