import type { FunctionVersion } from './function.ts'

/**
 * Lines for the head of an environment's log: settings that are kept and shown, and do not do here what their names
 * promise. `hostArchitecture` is in Lambda's words.
 */
export function noticesFor({ configuration, code }: FunctionVersion, hostArchitecture: string): readonly string[] {
  const { architecture, snapStart, tracingMode } = configuration
  const notices: readonly (readonly [boolean, string])[] = [
    [
      architecture !== hostArchitecture,
      `the function is for ${architecture} and runs on ${hostArchitecture}: native code in its package will not load`,
    ],
    [snapStart !== undefined, 'there are no snapshots here: SnapStart has no effect, Init runs as usual'],
    [tracingMode === 'Active', 'there is no X-Ray daemon here: invocations are sampled, and no trace is kept'],
    [code.isUntrusted === true, 'the signature of the code package was not verified'],
  ]
  return notices.filter(([applies]) => applies).map(([, text]) => `lambent: ${text}`)
}
