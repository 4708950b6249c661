import { BASE32_UPPER, BASE64_LETTERS, randomText } from '#base'

export const newUserId = () => `AIDA${randomText(17, BASE32_UPPER)}`
export const newRoleId = () => `AROA${randomText(17, BASE32_UPPER)}`
export const newAccessKeyId = () => `AKIA${randomText(16, BASE32_UPPER)}`
export const newSecret = () => randomText(40, BASE64_LETTERS)
