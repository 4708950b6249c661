import type { Place } from './function-name.ts'

/** Where a container image lies: in a registry, or among the OCI layouts of a directory that the operator has named. */
export interface ImageAddress {
  /** `host` or `host:port`; undefined: a layout. */
  readonly registry?: string
  /** The name within the registry, or the path of the layout below the directory. */
  readonly repository: string
  /** Means nothing beside a digest. */
  readonly tag: string
  /** SHA-256 of the manifest in hexadecimal. */
  readonly digest?: string
}

// No registry takes longer names.
const LIMIT_CHARACTERS = 1000

const TAG_AND_DIGEST = /^(.*?)(?::(\w[\w.-]{0,127}))?(?:@sha256:([0-9a-f]{64}))?$/
/** A first part without dot, port or the name localhost would be a folder of some default registry; there is none. */
const REGISTRY = /^((?:localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?::\d{1,5})?|[A-Za-z0-9-]+:\d{1,5})\/(.+)$/
const REPOSITORY = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/
const LAYOUT = /^\w[\w.-]*(?:\/\w[\w.-]*)*$/
const LAYOUT_SCHEME = 'oci:'

/** `registry.host:port/name:tag`, `registry.host/name@sha256:...` or `oci:layout:tag`; undefined for anything else. */
export function parseImageUri(uri: string): ImageAddress | undefined {
  if (uri.length > LIMIT_CHARACTERS) return undefined
  const isLayout = uri.startsWith(LAYOUT_SCHEME)
  const [, name = '', tag = 'latest', digest] =
    TAG_AND_DIGEST.exec(isLayout ? uri.slice(LAYOUT_SCHEME.length) : uri) ?? []
  const rest = { tag, ...(digest !== undefined && { digest }) }
  if (isLayout) return LAYOUT.test(name) ? { repository: name, ...rest } : undefined
  const [, registry, repository = ''] = REGISTRY.exec(name) ?? []
  return registry !== undefined && REPOSITORY.test(repository) ? { registry, repository, ...rest } : undefined
}

/** What a digest is of, whatever becomes of the tag. */
export const resolvedImageUri = ({ registry, repository }: ImageAddress, digest: string): string =>
  `${registry === undefined ? LAYOUT_SCHEME : `${registry}/`}${repository}@sha256:${digest}`

const ECR = /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/

/** What policies call the repository. Those of other registries are named as ECR names those that it caches. */
export function imageRepositoryArn(
  { partition, region }: Place,
  account: string,
  { registry = 'oci', repository }: ImageAddress,
): string {
  const [, owner, where] = ECR.exec(registry) ?? []
  if (owner !== undefined) return `arn:${partition}:ecr:${where}:${owner}:repository/${repository}`
  return `arn:${partition}:ecr:${region}:${account}:repository/${registry}/${repository}`
}
