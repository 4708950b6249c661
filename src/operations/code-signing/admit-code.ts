import { type CodePackage, type CodeSigningConfig, codeVerificationFailed } from '#resources'
import type { RequestContext } from '../context.ts'

/**
 * Signatures of AWS Signer cannot be verified here, so no code is trusted where a configuration asks for a signature:
 * it is refused, or deployed with a warning, as the configuration says.
 */
export function refuseUntrusted(config: CodeSigningConfig | undefined, functionName: string): void {
  if (config?.policy === 'Enforce') throw codeVerificationFailed(functionName)
}

/** The package with the mark that it was deployed in spite of a configuration. */
export function markUntrusted(
  { log, address }: RequestContext,
  code: CodePackage,
  config: CodeSigningConfig | undefined,
): CodePackage {
  if (!config) return code
  log.warn('code is deployed whose signature was not verified', {
    functionName: address.functionName,
    codeSigningConfig: config.id,
  })
  return { ...code, isUntrusted: true }
}
