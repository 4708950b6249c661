import type { ImageAddress } from '#resources'
import { ImageFault } from '../errors.ts'
import type { ImageOptions } from './image-options.ts'
import type { ImagePlace } from './image-place.ts'
import { skopeo } from './image-tools.ts'

/** Whoever asks us waits a minute for an answer. */
const MANIFEST_TIMEOUT_MS = 15_000
// Registries take no larger ones.
const MANIFEST_LIMIT_BYTES = 4 * 1024 * 1024
/** The largest image over a slow line. */
export const COPY_TIMEOUT_MS = 30 * 60_000

interface RegistryAddress extends ImageAddress {
  readonly registry: string
}

/** A registry that speaks the distribution protocol. */
export function registryPlace(address: RegistryAddress, options: ImageOptions, uri: string): ImagePlace {
  const { registry, repository, tag, digest } = address
  const name = `docker://${registry}/${repository}`
  const isPlain = isLoopback(registry) || options.insecureRegistries.includes(registry)
  // Without a file of the operator's nobody gets by with what the server's user once logged in with.
  const settings = (prefix: '' | 'src-') => [
    ...(isPlain ? [`--${prefix}tls-verify=false`] : []),
    ...(options.authFile === undefined ? [`--${prefix}no-creds`] : [`--${prefix}authfile`, options.authFile]),
  ]
  const explained = (cause: unknown): never => {
    throw new ImageFault(faultIn(withoutReference(cause, address)), uri, cause)
  }
  return {
    async manifest() {
      const meant = digest === undefined ? `${name}:${tag}` : `${name}@sha256:${digest}`
      const limits = { timeoutMs: MANIFEST_TIMEOUT_MS, outputBytes: MANIFEST_LIMIT_BYTES }
      return Buffer.from(await skopeo(['inspect', '--raw', ...settings(''), meant], limits).catch(explained))
    },
    async copy(pinned, directory, signal) {
      const [from, to] = [`${name}@sha256:${pinned}`, 'oci:layout:image']
      const limits = { timeoutMs: COPY_TIMEOUT_MS, directory, signal }
      await skopeo(['copy', '--quiet', ...settings('src-'), from, to], limits).catch(explained)
    },
  }
}

const isLoopback = (registry: string): boolean => /^(localhost|127(\.\d{1,3}){3})(:\d+)?$/.test(registry)

/** What skopeo says, less what it repeats of the reference, whose author might have put other reasons into it. */
function withoutReference(cause: unknown, { registry, repository, tag }: RegistryAddress): string {
  const repeated = [
    ...[`/v2/${repository}/manifests/${tag}`, `/v2/${repository}/`, `${registry}/${repository}:${tag}`],
    ...[`${registry}/${repository}`, `Name:${repository}`, registry, `manifest ${tag} in`],
  ]
  return repeated.reduce((text, part) => text.replaceAll(part, ''), String(cause))
}

/** Registries name their errors, and skopeo repeats them. */
function faultIn(text: string) {
  if (/(manifest|name|blob) unknown|not found|StatusCode: 404/i.test(text)) return 'not-found'
  if (/unauthorized|denied|authentication required|forbidden|StatusCode: 40[13]/i.test(text)) return 'denied'
  if (/unsupported|schema1|mediatype/i.test(text)) return 'unsupported'
  return 'unreachable'
}
