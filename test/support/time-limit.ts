import { descendantsOf } from './processes.ts'

// Loaded before each test file when all are run: a file that never ends fails, with all that it has started.

/** The longest takes some minutes, and machines may be five times slower. */
const LONGEST_FILE_MS = 20 * 60_000

/** Not in the process that runs the files. */
if (process.env.NODE_TEST_CONTEXT !== undefined)
  setTimeout(() => {
    console.error(`${process.argv[1]} has not ended after ${LONGEST_FILE_MS / 60_000} minutes`)
    for (const processId of descendantsOf(process.pid)) process.kill(processId, 'SIGKILL')
    process.exit(1)
  }, LONGEST_FILE_MS).unref()
