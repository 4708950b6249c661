import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { InvokeCommand } from '@aws-sdk/client-lambda'
import { invokeRequest, signed } from '../load/request.ts'
import { runWrk } from '../load/wrk.ts'
import type { Measurement } from '../measurement.ts'
import { type Account, setUpAccount, statement, TRUST_LAMBDA } from '../server/account.ts'
import { createFunction, helpers, languages } from '../server/create-functions.ts'
import { type Credentials, type LambentServer, REGION, startServer } from '../server/lambent-server.ts'
import {
  BARE,
  bareSubject,
  compareTurns,
  P50_BAR,
  p50Of,
  rateOf,
  type Subject,
  THROUGHPUT_BAR,
  takeTurns,
} from '../turns.ts'
import { startBareHttp } from '../yardsticks/bare-http.ts'

const MANY = 100
const ONE = 'with one policy'

/** What the number of a caller's policies costs each of his invocations. */
export const manyPolicies: Measurement = {
  name: 'many-policies',
  async measure(bench) {
    await using server = await startServer(bench)
    await using bare = await startBareHttp()
    const account = await setUpAccount(server)
    const { processId } = server
    const [one, many] = [await callerWith(server, account, 1), await callerWith(server, account, MANY)]
    const calling = (code: string, caller: Credentials) => () =>
      signed(invokeRequest(server.url, code, 'RequestResponse'), caller)
    for (const language of languages) await createFunction(account, language.code, language)
    const subjects: readonly Subject[] = [
      bareSubject(bare),
      { name: ONE, processId, request: calling(languages[0].code, one) },
      ...languages.map(({ name, code }) => ({ name, processId, request: calling(code, many) })),
    ]
    for (const { request } of subjects) await runWrk(bench, request(), 16, 1)
    const latency = await takeTurns(bench, subjects, { connections: 1, rounds: bench.isQuick ? 2 : 5 })
    const throughput = await takeTurns(bench, subjects, { connections: 16, rounds: bench.isQuick ? 2 : 5 })
    const what = (name: string) => `warm invoke, ${name}, by a caller with ${MANY} policies,`
    const [{ name: node }] = languages
    return [
      compareTurns(`${what(node)} p50 at c=1`, 'us', latency, [node, ONE], p50Of),
      ...languages.flatMap(({ name }) => [
        compareTurns(`${what(name)} p50 at c=1`, 'us', latency, [name, BARE], p50Of, P50_BAR),
        compareTurns(`${what(name)} throughput at c=16`, 'per s', throughput, [name, BARE], rateOf, THROUGHPUT_BAR),
      ]),
    ]
  },
}

/** A role with so many policies, the last of which allows to invoke; a function that runs as it tells its key. */
async function callerWith(server: LambentServer, account: Account, count: number): Promise<Credentials> {
  const name = `policies-${count}`
  const iam = new IAMClient({ endpoint: server.url, region: REGION, credentials: server.root, maxAttempts: 1 })
  const role = { RoleName: name, AssumeRolePolicyDocument: TRUST_LAMBDA }
  const { Role } = await iam.send(new CreateRoleCommand(role))
  for (let number = 1; number <= count; number++) {
    const Action = number === count ? 'lambda:InvokeFunction' : `s3:Action${number}`
    const PolicyDocument = statement({ Action, Resource: '*' })
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: `policy-${number}`, PolicyDocument }))
  }
  iam.destroy()
  await createFunction({ ...account, roleArn: Role?.Arn ?? '' }, name, helpers.key)
  const { Payload } = await account.lambda.send(new InvokeCommand({ FunctionName: name }))
  return JSON.parse(Payload?.transformToString() ?? '{}') as Credentials
}
