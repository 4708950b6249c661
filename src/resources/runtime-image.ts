import type { ImageSource } from './function.ts'
import { SUPPORTED_RUNTIMES } from './runtimes.ts'

/**
 * A container image whose root file system functions of a runtime get where the host has no interpreter of exactly its
 * version. Pinned: what the tag means later changes nothing.
 */
export interface RuntimeImage {
  readonly runtime: string
  readonly source: ImageSource
  /** Of the manifest, in hexadecimal. */
  readonly digest: string
  /** On disk. */
  readonly sizeBytes: number
  /** Where it is inside, for our client; undefined: the image has a client of its own, or the function brings one. */
  readonly interpreter?: string
  readonly pulledMs: number
}

/** Where AWS's images lay a client of their own, with which they bring their interpreter. */
export const IMAGE_BOOTSTRAP = '/var/runtime/bootstrap'

/** `python3.13`, `nodejs22.x`, `java8.al2`, `provided.al2023`: the language, and what AWS's images have as their tag. */
const PARTS = /^([a-z]+)\.?(.+?)(?:\.x)?$/

/** AWS's own image of a runtime, such as `public.ecr.aws/lambda/python:3.13`; undefined when there is no such runtime. */
export function publicRuntimeImage(runtime: string): string | undefined {
  const [, language, tag] = PARTS.exec(SUPPORTED_RUNTIMES.find((supported) => supported === runtime) ?? '') ?? []
  return language === undefined ? undefined : `public.ecr.aws/lambda/${language}:${tag}`
}

/** What the operator may do about a runtime that the host lacks. */
export const howToGetRuntime = (runtime: string): string => `lambent runtimes pull ${runtime}`
