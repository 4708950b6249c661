import { type FunctionVersion, LATEST } from '#resources'

/** A whole record, of which a test names only what it is about. */
export function functionVersion(functionName: string, change: Partial<FunctionVersion> = {}): FunctionVersion {
  return {
    account: '000000000000',
    functionName,
    version: LATEST,
    configuration: {
      description: '',
      role: 'arn:aws:iam::000000000000:role/r',
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      timeoutSeconds: 3,
      memoryMb: 128,
      ephemeralStorageMb: 512,
      architecture: 'x86_64',
      packageType: 'Zip',
      variables: { GREETING: 'grüß dich' },
      tracingMode: 'PassThrough',
      logging: { format: 'Text', group: `/aws/lambda/${functionName}` },
    },
    code: { sha256: 'q1MKE+RZFJgrefm34+uplM/R8/si9xzqGvvwK0YMbR0=', size: 1 },
    revisionId: 'first',
    lastModifiedMs: 1_700_000_000_000,
    state: 'Active',
    deploymentId: 'deployment-1',
    functionId: 'id-1',
    ...change,
  }
}
