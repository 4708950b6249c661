import type { CapacityProvider } from '#resources'
import { ACCOUNT } from '../support/server.ts'

/** A provider of the server's own account, as it is stored. */
export const capacityProvider = (name: string, change: Partial<CapacityProvider> = {}): CapacityProvider => ({
  account: ACCOUNT,
  name,
  subnetIds: ['subnet-1'],
  securityGroupIds: [],
  operatorRole: 'arn:aws:iam::000000000000:role/r',
  instances: {},
  maxVcpus: 400,
  scalingMode: 'Auto',
  lastModifiedMs: 0,
  revisionId: 'first',
  ...change,
})
