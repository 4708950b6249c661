import { BASE32_UPPER, BASE64_LETTERS, randomText } from '#base'

/** The access key of an account's root user. */
export interface RootKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** `AKIA` and 16 characters; a secret of 40, as AWS makes them. */
export const newAccessKeyId = (prefix: 'AKIA' | 'ASIA'): string => `${prefix}${randomText(16, BASE32_UPPER)}`
export const newSecret = (): string => randomText(40, BASE64_LETTERS)

export const newRootKey = (): RootKey => ({ accessKeyId: newAccessKeyId('AKIA'), secretAccessKey: newSecret() })
