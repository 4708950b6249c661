import { BASE32_UPPER, randomText } from '#base'

const newId = (prefix: string) => `${prefix}${randomText(17, BASE32_UPPER)}`

export const newUserId = () => newId('AIDA')
export const newGroupId = () => newId('AGPA')
export const newRoleId = () => newId('AROA')
export const newPolicyId = () => newId('ANPA')
