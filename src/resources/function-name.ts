import { LATEST, LATEST_PUBLISHED } from './function.ts'

/** What a `FunctionName` parameter says; parts that it leaves out are undefined. */
export interface FunctionName {
  readonly region?: string
  readonly account?: string
  readonly name: string
  readonly qualifier?: string
}

/** A function, and the version or alias of it that a request addresses. */
export interface FunctionAddress {
  readonly account: string
  readonly functionName: string
  /** As the request gave it: undefined, `$LATEST`, a version number or an alias. */
  readonly qualifier?: string
}

// name, partial ARN, full ARN, each with or without qualifier. An ARN that ends in `:function` names the function "function".
const FORM =
  /^(?:arn:[^:]*:lambda:)?(?:((?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_.]+)(?::(\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$/

/** Splits a name that has passed the model's pattern. */
export function parseFunctionName(text: string): FunctionName {
  const [, region, account, name = text, qualifier] = FORM.exec(text) ?? []
  return { name, ...(region && { region }), ...(account && { account }), ...(qualifier && { qualifier }) }
}

export interface Place {
  readonly partition: string
  readonly region: string
}

export function functionArn(
  { partition, region }: Place,
  { account, functionName, qualifier }: FunctionAddress,
): string {
  const arn = `arn:${partition}:lambda:${region}:${account}:function:${functionName}`
  return qualifier === undefined ? arn : `${arn}:${qualifier}`
}

/** The ARN with a version in any case: `$LATEST` when the address has no qualifier. */
export const qualifiedArn = (place: Place, address: FunctionAddress) =>
  functionArn(place, { ...address, qualifier: address.qualifier ?? LATEST })

/** AWS's partition of a region. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

/** Whether a qualifier means a version rather than an alias. */
export const isVersion = (qualifier: string): boolean => qualifier === LATEST || isPublishedVersion(qualifier)

/** Whether a qualifier means a version that publishing makes. */
export const isPublishedVersion = (qualifier: string): boolean =>
  qualifier === LATEST_PUBLISHED || isVersionNumber(qualifier)

export const isVersionNumber = (qualifier: string): boolean => /^\d+$/.test(qualifier)

/** Whether a qualifier has the form of an alias's name. */
export const isAliasName = (qualifier: string): boolean =>
  /^[a-zA-Z0-9-_]+$/.test(qualifier) && !isVersionNumber(qualifier)
