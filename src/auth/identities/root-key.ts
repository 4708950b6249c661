import { BASE32_UPPER, BASE64_LETTERS, randomText } from '#base'

/** The access key of an account's root user. */
export interface RootKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

// 16 characters of five bits: a bit that is set, 40 bits of the account, and chance.
const CHARACTERS = 16
const ACCOUNT_SHIFT = 39n

/** As AWS makes them: whoever knows how finds the account in the id. */
export function newAccessKeyId(prefix: 'AKIA' | 'ASIA', account: string): string {
  const chance = BigInt(`0x${randomHex(10)}`) & ((1n << ACCOUNT_SHIFT) - 1n)
  const bits = (1n << 79n) | (BigInt(account) << ACCOUNT_SHIFT) | chance
  const digits = Array.from({ length: CHARACTERS }, (_, at) =>
    Number((bits >> BigInt(5 * (CHARACTERS - 1 - at))) & 31n),
  )
  return prefix + digits.map((digit) => BASE32_UPPER[digit]).join('')
}

/** The account in an access key id; undefined for ids of another form, such as one that was preset. */
export function accountInAccessKeyId(id: string): string | undefined {
  const digits = [...id.slice(4)].map((character) => BASE32_UPPER.indexOf(character))
  if (digits.length !== CHARACTERS || digits.includes(-1)) return undefined
  const bits = digits.reduce((sum, digit) => (sum << 5n) | BigInt(digit), 0n)
  return String((bits >> ACCOUNT_SHIFT) & ((1n << 40n) - 1n)).padStart(12, '0')
}

export const newSecret = (): string => randomText(40, BASE64_LETTERS)

export const newRootKey = (account: string): RootKey => ({
  accessKeyId: newAccessKeyId('AKIA', account),
  secretAccessKey: newSecret(),
})

const randomHex = (length: number) => randomText(length, '0123456789abcdef')
