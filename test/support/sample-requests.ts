import { lambdaService, type StructureShape, structureNamed } from '#model'
import type { RawRequest } from './raw.ts'

const NO_INPUT: StructureShape = { type: 'structure', members: {} }

type Input = Readonly<Record<string, unknown>>

/** The request that carries the input of an operation of Lambda's; undefined is left out. */
export function restRequest(name: string, input: Input): RawRequest {
  const operation = lambdaService.operations[name]
  if (!operation) throw new Error(`${name} is no operation of Lambda's.`)
  const { members, payload } = operation.input ? structureNamed(lambdaService, operation.input) : NO_INPUT
  const at = (location: string | undefined) =>
    Object.entries(input).filter(
      ([member, value]) => value !== undefined && member !== payload && members[member]?.location === location,
    )
  const path = at('uri').reduce(
    (text, [member, value]) =>
      text.replace(new RegExp(`\\{${member}\\+?\\}`), encodeURIComponent(String(value).toWellFormed())),
    operation.path,
  )
  const query = at('querystring').flatMap(([member, value]) =>
    [value]
      .flat()
      .map((one) => `${members[member]?.wireName ?? member}=${encodeURIComponent(String(one).toWellFormed())}`),
  )
  const headers = at('header').map(([member, value]) => [members[member]?.wireName ?? member, String(value)])
  return {
    method: operation.method,
    path: query.length > 0 ? `${path}${path.includes('?') ? '&' : '?'}${query.join('&')}` : path,
    headers: Object.fromEntries(headers),
    ...(operation.method !== 'GET' &&
      operation.method !== 'DELETE' && {
        body: payload === undefined ? JSON.stringify(Object.fromEntries(at(undefined))) : String(input[payload] ?? ''),
      }),
  }
}
