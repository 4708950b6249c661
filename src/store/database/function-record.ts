import type { FunctionVersion } from '#resources'
import { WrongSecretKey } from '../errors.ts'
import type { Secrets } from '../secrets/secrets.ts'

/** The JSON of a version, in which the environment variables are sealed: people keep passwords in them. */
export function writeVersion(secrets: Secrets, version: FunctionVersion): string {
  const { variables, ...configuration } = version.configuration
  if (variables === undefined) return JSON.stringify(version)
  const sealedVariables = secrets.seal('environment-variables', Buffer.from(JSON.stringify(variables)))
  return JSON.stringify({ ...version, configuration, sealedVariables })
}

/** Versions of older databases have variables that are not sealed. */
export function readVersion(secrets: Secrets, record: string): FunctionVersion {
  const { sealedVariables, ...version }: FunctionVersion & { readonly sealedVariables?: string } = JSON.parse(record)
  if (sealedVariables === undefined) return version
  const variables = secrets.open('environment-variables', sealedVariables)
  if (!variables) throw new WrongSecretKey(`The environment of function ${version.functionName}`)
  return { ...version, configuration: { ...version.configuration, variables: JSON.parse(variables.toString()) } }
}
