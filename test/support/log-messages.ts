import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { logsClient } from './clients.ts'
import type { TestServer } from './server.ts'

/** The lines of a function's log, so far. */
export async function logMessages(server: TestServer, name: string): Promise<readonly string[]> {
  const command = new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` })
  const { events = [] } = await logsClient(server).send(command)
  return events.map(({ message = '' }) => message.trimEnd())
}
