import { iamService, lambdaService, logsService, type Service, stsService } from '#model'
import type { RawRequest } from '../support/raw.ts'
import { restRequest } from '../support/sample-requests.ts'
import { inventInput } from './inputs.ts'
import type { Random } from './random.ts'

/** A request of one of the four services, as an SDK would make it. */
export interface ServiceRequest extends RawRequest {
  readonly body: string
  readonly signingName: string
}

const services = [lambdaService, lambdaService, iamService, stsService, logsService] as const

export function inventRequest(random: Random): ServiceRequest {
  const service = random.pick(services)
  const name = random.pick(Object.keys(service.operations))
  const { body = '', ...request } = requestOf(service, name, inventInput(service, name, random))
  return { ...request, body: body.toString(), signingName: service.signingName }
}

function requestOf(service: Service, name: string, input: Readonly<Record<string, unknown>>): RawRequest {
  if (service.protocol === 'rest-json') return restRequest(name, input)
  const post = { method: 'POST', path: '/' }
  if (service.targetPrefix)
    return {
      ...post,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${service.targetPrefix}.${name}` },
      body: JSON.stringify(input),
    }
  const form = [['Action', name], ['Version', service.apiVersion], ...flatten('', input)]
  return {
    ...post,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.map(([key, value]) => `${key}=${encode(String(value))}`).join('&'),
  }
}

/** `Tags.member.1.Key`, as the Query protocol writes what is not flat. */
function flatten(prefix: string, value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap((item, index) => flatten(`${prefix}.member.${index + 1}`, item))
  if (typeof value !== 'object' || value === null) return [[prefix, value]]
  return Object.entries(value).flatMap(([name, item]) => flatten(prefix === '' ? name : `${prefix}.${name}`, item))
}

const encode = (text: string) => encodeURIComponent(text.toWellFormed())
