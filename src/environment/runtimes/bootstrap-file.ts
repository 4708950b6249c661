import { noBootstrap, type PlatformFailure, unusableProgram } from '../function-errors.ts'
import { findFault, hostPath, type Places, SEEN, statusOf } from './program-file.ts'

/** Where a custom runtime's program lies, in the order in which Lambda looks. */
const PLACES = ['task', 'layers'] as const
export type BootstrapPlace = (typeof PLACES)[number]

/** The `bootstrap` of a custom runtime, or what AWS says of one that is missing or cannot be run. */
export async function findBootstrap(places: Places): Promise<BootstrapPlace | PlatformFailure> {
  for (const place of PLACES) {
    const path = `${SEEN[place]}/bootstrap`
    const status = await statusOf(await hostPath(places, path))
    if (status === undefined || status.isDirectory()) continue
    const fault = await findFault(places, path)
    return fault === undefined ? place : unusableProgram(path, fault)
  }
  return noBootstrap(PLACES.map((place) => `${SEEN[place]}/bootstrap`))
}
