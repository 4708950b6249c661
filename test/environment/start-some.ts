import { existsSync } from 'node:fs'
import { openEnvironmentHost } from '#environment'

/**
 * Starts one environment for each of the given `codeDirectory` parameters, invokes it once with what the one before has
 * answered, and waits to be killed. LAYERS is the layers
 * of those with a managed runtime.
 */
const [dataDirectory = '', isolation, marker = '', ...codeDirectories] = process.argv.slice(2)

const host = await openEnvironmentHost({
  dataDirectory,
  runtimesDirectory: `${dataDirectory}/runtimes`,
  isolation: isolation === 'process' ? 'process' : 'bubblewrap',
  log: { info() {}, warn() {}, error() {} },
})

const NODE = `nodejs${process.versions.node.split('.')[0]}.x`
const isCustom = (codeDirectory: string) => existsSync(`${codeDirectory}/bootstrap`)
const answers: unknown[] = []
for (const codeDirectory of codeDirectories) {
  const environment = await host.start({
    functionName: 'test',
    functionVersion: '$LATEST',
    runtime: isCustom(codeDirectory) ? 'provided.al2023' : NODE,
    handler: 'index.handler',
    memoryMb: 256,
    ephemeralStorageMb: 512,
    timeoutSeconds: 60,
    codeDirectory,
    ...(process.env.LAYERS !== undefined && !isCustom(codeDirectory) && { layersDirectory: process.env.LAYERS }),
    fileSystems: [],
    notices: [],
    logging: { format: 'Text', group: '/aws/lambda/test' },
    variables: { MARKER: marker },
    region: 'us-east-1',
    account: '000000000000',
    credentials: { accessKeyId: '', secretAccessKey: '', sessionToken: '' },
    logGroupName: '',
    logStreamName: '',
    log: { append() {} },
    runtimeVersionArn: '',
  })
  const invocation = environment.invoke({
    requestId: '11111111-2222-4333-8444-555555555555',
    payload: Buffer.from(JSON.stringify({ a: 1, busy: true, previous: answers.at(-1) })),
    invokedFunctionArn: '',
    traceHeader: '',
    wantsLogTail: false,
  })
  // One that hangs is left to it.
  if (codeDirectory.endsWith('hang')) invocation.catch(() => {})
  else answers.push(JSON.parse(String((await invocation).payload)))
}

// By now the idle ones are frozen.
setTimeout(() => console.log(JSON.stringify({ answers, limits: host.limits })), 100)
setInterval(() => {}, 1000)
process.stdin.resume()
process.stdin.on('end', async () => {
  await host.close()
  process.exit(0)
})
