import type { Clock, Log } from '#base'
import { type Environment, type EnvironmentHost, IMAGE_RUNTIME, type InvocationResult, type Mount } from '#environment'
import {
  type Allocation,
  capacityProviderNameIn,
  type FunctionConfiguration,
  type FunctionVersion,
  failToSettle,
  fileSystemNotMounted,
  HOST_ARCHITECTURE,
  type ImageSource,
  imageFailure,
  isUnderWay,
  layerCode,
  noticesFor,
  type Place,
  type ProvisionedConcurrency,
  type Reason,
  runtimeVersionArn,
  served,
  settle,
  vcpusOf,
} from '#resources'
import { ImageFault, type Store } from '#store'
import { Admission } from './admission.ts'
import { newLogStreamName } from './log-stream.ts'
import { Pools } from './pool/pools.ts'
import { Provisioning } from './provisioning.ts'
import { RuntimeRoots } from './runtime-images/runtime-roots.ts'
import { scale } from './scaling.ts'
import { sampledTraceHeader } from './trace.ts'
import { whenEnded } from './when-ended.ts'

/** Temporary keys of a function's execution role. */
export interface ExecutionCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

/** One event for one resolved version. */
export interface InvokeRequest {
  readonly requestId: string
  readonly payload: Buffer
  /** With the qualifier as the request gave it. */
  readonly invokedFunctionArn: string
  readonly traceHeader: string
  /** JSON text. */
  readonly clientContext?: string
  readonly wantsLogTail: boolean
  /** Takes a response that the function streams as it comes. */
  readonly wantsStream?: boolean
}

export interface InvocationOptions {
  readonly store: Store
  readonly environments: EnvironmentHost
  /** Directories of the host by the access point ARN that they stand for. */
  readonly fileSystems: ReadonlyMap<string, string>
  readonly place: Place
  readonly clock: Clock
  readonly log: Log
  /** Keys for one environment; `revoke` when the environment is gone is not needed, they expire. */
  issueCredentials(version: FunctionVersion): Promise<ExecutionCredentials>
}

// Of what stands in the way of a deployment, most is gone within a second; a disk that is full may stay so for hours.
const FIRST_SETTLE_PAUSE_MS = 500
const LONGEST_SETTLE_PAUSE_MS = 60_000

/**
 * The data plane: runs events in execution environments, within the concurrency of function and account. Invocations
 * that wait for an environment count.
 */
export class Invocations {
  readonly #options: InvocationOptions
  readonly #pools: Pools
  readonly #admission: Admission
  readonly #provisioning: Provisioning
  readonly #roots: RuntimeRoots
  /** By function: what resolves when the next of its invocations ends. Only those that somebody waits for. */
  readonly #nextEnds = new Map<string, PromiseWithResolvers<void>>()
  #running = 0
  #isClosed = false
  #onIdle: (() => void) | undefined

  constructor(options: InvocationOptions) {
    this.#options = options
    this.#pools = new Pools({
      environments: options.environments,
      start: (version, isProvisioned) => this.#startEnvironment(version, isProvisioned),
      maxVcpusOf: (version) => this.#maxVcpusOf(version),
    })
    this.#roots = new RuntimeRoots(options.store)
    this.#provisioning = new Provisioning({ ...options, pools: this.#pools })
    this.#admission = new Admission(options.store.concurrency, (version) => this.#provisioning.executionsFor(version))
  }

  /** Runs the event and returns what the function answered; a function's failure is a result. */
  invoke(version: FunctionVersion, request: InvokeRequest): Promise<InvocationResult> {
    const leave = this.#admission.admit(version)
    this.#running++
    const serving = served(version)
    const isTraced = serving.configuration.tracingMode === 'Active'
    const result = this.#pools.invoke(serving, isTraced ? sampled(request) : request)
    const end = () => {
      leave()
      this.#end(version)
    }
    whenEnded(result, end)
    return result
  }

  /** Invocations that run, or wait for an environment. */
  get running(): number {
    return this.#running
  }

  /** Resolves when an invocation of the function ends, and so there may be room for another. */
  nextEnd({ functionId }: FunctionVersion): Promise<void> {
    const next = this.#nextEnds.get(functionId) ?? Promise.withResolvers<void>()
    this.#nextEnds.set(functionId, next)
    return next.promise
  }

  /**
   * Ends a creation or an update in the background: once package and runtime are there, the version is Active. What stands
   * in the way, such as a full disk, may pass: it is tried again until it succeeds or nobody waits for it any more.
   */
  settle(version: FunctionVersion): void {
    void this.#settleAtLast(version)
  }

  /** The environments of a function are not needed any more; or only those of one version. */
  retire(functionId: string, version?: string): void {
    this.#pools.retire(functionId, version)
  }

  /** What runs functions of the runtime has changed: environments that are there end when what they run has ended. */
  renew(runtime: string): void {
    this.#pools.renew(runtime)
    this.#provisioning.refreshAll()
    void this.#scaleAll().catch((cause) =>
      this.#options.log.error('functions on managed instances could not be looked up', { cause }),
    )
  }

  /** Digests of the images that environments have their runtimes from. */
  runtimeImagesInUse(): ReadonlySet<string> {
    return this.#roots.inUse()
  }

  /** What is provisioned for a function has changed, or its versions and aliases have: environments follow. */
  provision(account: string, functionName: string): void {
    this.#provisioning.refresh(account, functionName)
  }

  /** How many environments a version on managed instances is to have has changed. */
  async scale(version: FunctionVersion): Promise<void> {
    const { store, log } = this.#options
    await scale({ pools: this.#pools, functions: store.functions }, version).catch((cause) =>
      log.error('a version could not be scaled', { functionName: version.functionName, cause }),
    )
  }

  /** At the start of the server. */
  async provisionAll(): Promise<void> {
    this.#provisioning.refreshAll()
    await this.#scaleAll()
  }

  allocationOf(config: ProvisionedConcurrency): Promise<Allocation> {
    return this.#provisioning.allocationOf(config)
  }

  /** Resolves when nothing runs; the caller sees to it that nothing new comes. */
  drained(): Promise<void> {
    if (this.#running === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onIdle = resolve
    })
  }

  close(): void {
    this.#isClosed = true
    this.#pools.close()
  }

  #end({ functionId }: FunctionVersion): void {
    this.#nextEnds.get(functionId)?.resolve()
    this.#nextEnds.delete(functionId)
    this.#running--
    if (this.#running === 0) this.#onIdle?.()
  }

  async #scaleAll(): Promise<void> {
    for (const version of await this.#options.store.functions.listManaged()) void this.scale(version)
  }

  async #settleAtLast(version: FunctionVersion): Promise<void> {
    const { clock, log } = this.#options
    for (
      let pauseMs = FIRST_SETTLE_PAUSE_MS;
      !this.#isClosed;
      pauseMs = Math.min(2 * pauseMs, LONGEST_SETTLE_PAUSE_MS)
    ) {
      try {
        return await this.#settle(version)
      } catch (cause) {
        log.error('a function could not be made ready yet', { functionName: version.functionName, pauseMs, cause })
      }
      await clock.sleep(pauseMs)
    }
  }

  async #settle(version: FunctionVersion): Promise<void> {
    const { store } = this.#options
    if (!(await this.#findUnsettled(version))) return
    const { runtime } = version.configuration
    const failure = await failureOf(
      Promise.all([this.#unpack(version), runtime !== undefined && this.#prepareRuntime(runtime)]),
    )
    for (;;) {
      const current = await this.#findUnsettled(version)
      if (!current) return
      // Tags may change meanwhile: whoever loses against such a change looks again.
      const settled = failure === undefined ? settle(current) : failToSettle(current, failure)
      if (!(await store.functions.update(settled, current.revisionId))) continue
      this.provision(version.account, version.functionName)
      return this.scale(settled)
    }
  }

  /** An image that is lost concerns those who need it, and they hear of it when they start. */
  async #prepareRuntime(runtime: string): Promise<void> {
    const found = await this.#roots.find(runtime).catch(() => undefined)
    await this.#options.environments.prepareRuntime(runtime, found?.root)
  }

  /** Undefined when it was deleted, or made ready by somebody else. */
  async #findUnsettled({ account, functionName, version, deploymentId }: FunctionVersion) {
    const current = await this.#options.store.functions.find(account, functionName, version)
    return current && current.deploymentId === deploymentId && isUnderWay(current) ? current : undefined
  }

  /** Where a version's code and layers lie, unpacked. */
  async #unpack({ code, configuration }: FunctionVersion) {
    if (code.image) return this.#unpackImage(code.image, configuration)
    const packages = this.#options.store.code
    const layers = layerCode(configuration).map(({ sha256 }) => sha256)
    const codeDirectory = await packages.unpacked(code.sha256)
    return layers.length === 0 ? { codeDirectory } : { codeDirectory, layersDirectory: await packages.merged(layers) }
  }

  /** The image with what the function puts in the place of its settings. */
  async #unpackImage(source: ImageSource, { imageConfig }: FunctionConfiguration) {
    const image = await this.#options.store.images.unpacked(source)
    return { codeDirectory: image.directory, image: { ...image, ...imageConfig } }
  }

  async #startEnvironment(version: FunctionVersion, isProvisioned: boolean): Promise<Environment> {
    const { store, environments, place, clock, issueCredentials } = this.#options
    const { configuration } = version
    const { runtime } = configuration
    const [directories, credentials, runtimeImage] = await Promise.all([
      this.#unpack(version),
      issueCredentials(version),
      runtime === undefined ? undefined : this.#roots.find(runtime),
    ])
    const logStreamName = newLogStreamName(version, clock.now())
    const environment = await environments.start({
      functionName: version.functionName,
      functionVersion: version.version,
      runtime: runtime ?? IMAGE_RUNTIME,
      handler: configuration.handler ?? '',
      memoryMb: configuration.memoryMb,
      ephemeralStorageMb: configuration.ephemeralStorageMb,
      timeoutSeconds: configuration.timeoutSeconds,
      isProvisioned,
      ...(configuration.capacity && {
        maxConcurrency: configuration.capacity.maxConcurrency,
        vcpus: vcpusOf(configuration),
      }),
      ...directories,
      fileSystems: this.#mountsOf(version),
      variables: configuration.variables ?? {},
      region: place.region,
      account: version.account,
      credentials,
      logGroupName: configuration.logging.group,
      logStreamName,
      log: store.logsOf(version.account).openStream(configuration.logging.group, logStreamName),
      ...(runtime !== undefined && { runtimeVersionArn: runtimeVersionArn(place.partition, place.region, runtime) }),
      notices: noticesFor(version, HOST_ARCHITECTURE),
      logging: configuration.logging,
      ...(runtimeImage && { runtimeImage: runtimeImage.root }),
    })
    if (runtimeImage) this.#roots.note(environment, runtimeImage.digest)
    return environment
  }

  /** What the environments of all functions of the version's capacity provider may have together. */
  #maxVcpusOf({ account, configuration: { capacity } }: FunctionVersion): number {
    const { store, place } = this.#options
    const name = capacity && capacityProviderNameIn(place, account, capacity.providerArn)
    const provider = name === undefined ? undefined : store.capacityProviders.get(account, name)
    return provider?.maxVcpus ?? Number.POSITIVE_INFINITY
  }

  #mountsOf({ configuration: { fileSystems = [] } }: FunctionVersion): readonly Mount[] {
    return fileSystems.map(({ accessPointArn, mountPath }) => {
      const directory = this.#options.fileSystems.get(accessPointArn)
      if (directory === undefined) throw fileSystemNotMounted(accessPointArn)
      return { directory, mountPath }
    })
  }
}

/** Why a deployment cannot ever be made ready; rejects for what may pass. */
async function failureOf(work: Promise<unknown>): Promise<Reason | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    const failure = error instanceof ImageFault ? imageFailure(error.kind, error.uri) : undefined
    if (failure === undefined) throw error
    return failure
  }
}

const sampled = (request: InvokeRequest): InvokeRequest => ({
  ...request,
  traceHeader: sampledTraceHeader(request.traceHeader),
})
