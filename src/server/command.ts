import { eventsUsage, runEventsCommand } from './commands/events.ts'
import { explain } from './explain.ts'
import { BadOption } from './options.ts'

// Commands beside the server.

try {
  const [noun, ...rest] = process.argv.slice(2)
  if (noun !== 'events') throw new BadOption(`usage: npm run lambent -- COMMAND\n${eventsUsage}`)
  await runEventsCommand(rest, process.env)
} catch (error) {
  console.error(`lambent: ${explain(error)}`)
  process.exit(1)
}
