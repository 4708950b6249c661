import type { FunctionConfiguration, FunctionVersion } from '#resources'
import { WrongSecretKey } from '../errors.ts'
import type { Secrets } from '../secrets/secrets.ts'

/** Whatever has settings: a version, and the deployment that serves until its update has settled. */
interface Configured {
  readonly configuration: FunctionConfiguration
}

type Sealed<Of extends Configured> = Of & { readonly sealedVariables?: string }

/** The JSON of a version, in which the environment variables are sealed: people keep passwords in them. */
export function writeVersion(secrets: Secrets, version: FunctionVersion): string {
  const { replaced } = version
  return JSON.stringify({ ...seal(secrets, version), ...(replaced && { replaced: seal(secrets, replaced) }) })
}

/** Versions of older databases have variables that are not sealed. */
export function readVersion(secrets: Secrets, record: string): FunctionVersion {
  const version: Sealed<FunctionVersion> = JSON.parse(record)
  const { functionName, replaced } = version
  return {
    ...unseal(secrets, version, functionName),
    ...(replaced && { replaced: unseal(secrets, replaced, functionName) }),
  }
}

function seal<Of extends Configured>(secrets: Secrets, of: Of): Of | Sealed<Of> {
  const { variables, ...configuration } = of.configuration
  if (variables === undefined) return of
  const sealedVariables = secrets.seal('environment-variables', Buffer.from(JSON.stringify(variables)))
  return { ...of, configuration, sealedVariables }
}

function unseal<Of extends Configured>(secrets: Secrets, of: Sealed<Of>, functionName: string): Of {
  const { sealedVariables, ...opened } = of
  if (sealedVariables === undefined) return of
  const variables = secrets.open('environment-variables', sealedVariables)
  if (!variables) throw new WrongSecretKey(`The environment of function ${functionName}`)
  return {
    ...(opened as unknown as Of),
    configuration: { ...of.configuration, variables: JSON.parse(variables.toString()) },
  }
}
