import { accessDeniedException } from '#model'
import { type RuntimeImage, runtimeImagesNeedBubblewrap, runtimeNotPulled } from '#resources'
import type { Running } from '../running.ts'
import type { AdminRequest } from './admin-request.ts'

/** The images that runtimes are taken from. Undefined for any other question. */
export async function answerAboutRuntimes(request: AdminRequest, running: Running): Promise<object | undefined> {
  const [noun, runtime] = request.path
  if (noun !== 'runtimes' || request.path.length > 2) return undefined
  // They are the whole host's.
  if (request.account !== running.directory.root.account)
    throw accessDeniedException("Only the root user of the server's own account may do this.")
  const { runtimeImages } = running.services.store
  switch (`${request.method} ${runtime === undefined ? 'all' : 'one'}`) {
    case 'GET all':
      return { Runtimes: runtimeImages.list().map(describe) }
    case 'GET one':
      return show(runtime ?? '', running)
    case 'POST one':
      return pull(runtime ?? '', request, running)
    case 'DELETE one':
      return remove(runtime ?? '', running)
    default:
      return undefined
  }
}

async function pull(runtime: string, { query }: AdminRequest, { services, runtimePulls }: Running) {
  if (!services.runsImages) throw runtimeImagesNeedBubblewrap()
  const { source, digest } = await runtimePulls.begin(runtime, query.get('image') ?? undefined)
  return { Runtime: runtime, Image: source.uri, ResolvedImage: source.resolvedUri, Digest: `sha256:${digest}` }
}

/** What the runtime has, and how far the last pull for it has come. */
function show(runtime: string, { services, runtimePulls }: Running) {
  const image = services.store.runtimeImages.get(runtime)
  const state = runtimePulls.stateOf(runtime)
  const { kind = 'ready' } = state ?? {}
  // Also when it was pulled and removed again.
  if (image === undefined && kind === 'ready') throw runtimeNotPulled(runtime)
  return {
    State: kind,
    ...(state?.kind === 'failed' && { Reason: state.reason }),
    ...(image && { Pulled: describe(image) }),
  }
}

/** Environments that have it go on; its files go when nobody has needed them for two hours. */
async function remove(runtime: string, { services }: Running) {
  const { runtimeImages } = services.store
  const image = runtimeImages.get(runtime)
  if (image === undefined || !(await runtimeImages.remove(runtime))) throw runtimeNotPulled(runtime)
  return { Removed: describe(image) }
}

const describe = ({ runtime, source, digest, sizeBytes, interpreter, pulledMs }: RuntimeImage) => ({
  Runtime: runtime,
  Image: source.uri,
  Digest: `sha256:${digest}`,
  SizeBytes: sizeBytes,
  Interpreter: interpreter,
  PulledAt: new Date(pulledMs).toISOString(),
})
