import { explain } from './explain.ts'
import { isLoopback, readOptions, type ServerOptions } from './options.ts'
import { profileOf } from './root-credentials.ts'
import { type LambentServer, startServer } from './start.ts'

// The program: options in, a served port out, one clear line for what a user can put right.

try {
  const options = readOptions(process.argv.slice(2), process.env)
  const server = await startServer(options)
  // Whoever has read that it is ready may stop it at once.
  stopOnSignal(server)
  announce(server, options)
} catch (error) {
  console.error(`lambent: ${explain(error)}`)
  process.exit(1)
}

function announce(server: LambentServer, options: ServerOptions): void {
  const { credentials } = server
  console.log(`lambent ready on ${server.url}`)
  console.log(`
  export AWS_ENDPOINT_URL=${server.url}
  export AWS_DEFAULT_REGION=${options.region}
  export AWS_SHARED_CREDENTIALS_FILE=${credentials.file}
`)
  if (credentials.made) {
    const { accessKeyId, secretAccessKey } = credentials.made
    console.log(`Root credentials were made, are kept in ${credentials.file} and are shown this once:`)
    console.log(`  AWS_ACCESS_KEY_ID=${accessKeyId}\n  AWS_SECRET_ACCESS_KEY=${secretAccessKey}\n`)
  }
  for (const account of options.furtherAccounts)
    console.log(`  account ${account}: AWS_PROFILE=${profileOf(account, options.account)}`)
  for (const line of server.limits) console.log(`  ${line}`)
  if (options.auth === 'none')
    console.error(
      'lambent: WARNING: --auth none: whoever reaches this port is root. Signatures and permissions are not checked.',
    )
  else if (!options.tls && !isLoopback(options.host))
    console.error('lambent: WARNING: this port is reachable from other machines, without TLS.')
  if (options.tls && options.tls.expiresAtMs < Date.now())
    console.error('lambent: WARNING: the certificate has expired.')
}

function stopOnSignal(server: LambentServer): void {
  let isStopping = false
  const stop = async () => {
    if (isStopping) return
    isStopping = true
    console.log('lambent: stopping; running invocations finish first')
    await server.stop()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
