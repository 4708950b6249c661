import { authenticate, type Caller } from '#auth'
import type { HttpRequest } from '#protocol'
import type { Running } from './running.ts'

/** Who signed the request for a service; with `--auth none` everybody is root. At once when the key is in memory. */
export function authenticateCaller(request: HttpRequest, service: string, running: Running): Caller | Promise<Caller> {
  const { place, clock, directory, lookUpIdentity, isEnforced } = running
  const options = isEnforced
    ? ({ mode: 'iam', secure: request.secure } as const)
    : ({ mode: 'none', caller: directory.root } as const)
  return authenticate(request, { region: place.region, service }, clock, lookUpIdentity, options)
}
