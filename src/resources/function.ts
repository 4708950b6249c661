import type { ResourcePolicy } from './resource-policy.ts'

/** The version name of a function's mutable state. */
export const LATEST = '$LATEST'

/** The version of a function on managed instances that is published again and again, without a number. */
export const LATEST_PUBLISHED = '$LATEST.PUBLISHED'

export type FunctionState = 'Pending' | 'Active' | 'Inactive' | 'Failed' | 'ActiveNonInvocable' | 'Deactivated'
export type UpdateStatus = 'Successful' | 'InProgress' | 'Failed'

/** Why a state is as it is: the pair that AWS shows as `StateReason` and `StateReasonCode`. */
export interface Reason {
  readonly code: string
  readonly text: string
}

/** Levels exist in the JSON format only. */
export type LoggingConfig = { readonly group: string } & (
  | { readonly format: 'Text' }
  | { readonly format: 'JSON'; readonly applicationLevel: ApplicationLogLevel; readonly systemLevel: SystemLogLevel }
)

export type TracingMode = 'PassThrough' | 'Active'
export type ApplicationLogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL'
export type SystemLogLevel = 'DEBUG' | 'INFO' | 'WARN'

/** The subnets and security groups that a function names; none of either: it was detached. */
export interface VpcAttachment {
  readonly subnetIds: readonly string[]
  readonly securityGroupIds: readonly string[]
  readonly isIpv6Allowed: boolean
}

export interface FileSystemMount {
  readonly accessPointArn: string
  /** Below `/mnt`. */
  readonly mountPath: string
}

/** What CreateFunction and UpdateFunctionConfiguration set. Names are ours; `describeFunction` gives them their wire names. */
export interface FunctionConfiguration {
  readonly description: string
  readonly role: string
  /** Functions from container images have neither runtime nor handler. */
  readonly runtime?: string
  readonly handler?: string
  readonly timeoutSeconds: number
  readonly memoryMb: number
  readonly ephemeralStorageMb: number
  readonly architecture: string
  readonly packageType: 'Zip' | 'Image'
  readonly imageConfig?: ImageConfig
  /** The user's environment variables; undefined when none were ever given. */
  readonly variables?: Readonly<Record<string, string>>
  readonly tracingMode: TracingMode
  readonly logging: LoggingConfig
  /** Undefined when it never had one. */
  readonly vpc?: VpcAttachment
  readonly fileSystems?: readonly FileSystemMount[]
  readonly snapStart?: 'PublishedVersions'
  readonly kmsKeyArn?: string
  /** A queue or a topic. */
  readonly deadLetterArn?: string
  /** In the order given; undefined when there are none. They stay usable when the layer versions are deleted. */
  readonly layers?: readonly FunctionLayer[]
  /** Only of functions that run on managed instances. */
  readonly capacity?: CapacityAttachment
}

/** How a function uses a capacity provider: each of its environments runs several invocations at a time. */
export interface CapacityAttachment {
  readonly providerArn: string
  /** Invocations that one environment runs at a time. */
  readonly maxConcurrency: number
  readonly memoryGibPerVcpu: number
}

/** How many environments a version is to have at least and at most, where it is not left to the defaults. */
export interface Scaling {
  readonly least?: number | undefined
  readonly most?: number | undefined
}

/** What takes the place of a container image's own settings. */
export interface ImageConfig {
  readonly entryPoint?: readonly string[]
  readonly command?: readonly string[]
  readonly workingDirectory?: string
}

/** A layer version that a function uses. */
export interface FunctionLayer {
  /** Of the layer version. */
  readonly arn: string
  readonly code: CodePackage
}

export type Tags = Readonly<Record<string, string>>

/** The package that a version runs, by content. */
export interface CodePackage {
  /** As AWS's `CodeSha256`: base64 SHA-256 of the zip, or the digest of the image in hexadecimal. */
  readonly sha256: string
  /** Bytes of the zip; 0 for an image. */
  readonly size: number
  /** Only when the code is a container image. */
  readonly image?: ImageSource
  /** It was deployed although a code signing configuration asks for a signature. */
  readonly isUntrusted?: true
}

export interface ImageSource {
  /** As the request gave it. */
  readonly uri: string
  /** With the digest that it meant then. */
  readonly resolvedUri: string
}

/** What environments are started from. */
export interface Deployment {
  readonly configuration: FunctionConfiguration
  readonly code: CodePackage
  /** New with every change of code or configuration: environments serve one deployment only. */
  readonly deploymentId: string
}

/** One version of a function: `$LATEST`, which changes, or a published one, which does not, or `$LATEST.PUBLISHED`. */
export interface FunctionVersion extends Deployment {
  readonly account: string
  readonly functionName: string
  readonly version: string
  readonly revisionId: string
  /** Epoch milliseconds of the last change of code or configuration. */
  readonly lastModifiedMs: number
  readonly state: FunctionState
  readonly stateReason?: Reason
  readonly lastUpdateStatus?: UpdateStatus
  readonly lastUpdateReason?: Reason
  /** What goes on serving until the update under way has settled. */
  readonly replaced?: Deployment
  /** Distinguishes a function from an earlier one of the same name that was deleted. */
  readonly functionId: string
  /** Tags belong to the function; they are kept with `$LATEST`. */
  readonly tags?: Tags
  /** Of this version; that of the function as a whole is kept with `$LATEST`. */
  readonly policy?: ResourcePolicy
  /** The highest number that was ever published, kept with `$LATEST`: none is used twice. 0: only `$LATEST.PUBLISHED`. */
  readonly lastVersion?: number
  /** Only of published versions on managed instances. */
  readonly scaling?: Scaling
  /** What `$LATEST` had for a description when this version was published. */
  readonly publishedDescription?: string
}
