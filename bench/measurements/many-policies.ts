import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { InvokeCommand } from '@aws-sdk/client-lambda'
import { invokeRequest, signed } from '../load/request.ts'
import { runWrk } from '../load/wrk.ts'
import type { Finding, Measurement } from '../measurement.ts'
import { comparedRounds } from '../samples.ts'
import { type Account, setUpAccount, statement, TRUST_LAMBDA } from '../server/account.ts'
import { createFunction, helpers, languages } from '../server/create-functions.ts'
import { type Credentials, type LambentServer, REGION, startServer } from '../server/lambent-server.ts'

const MANY = 100
const NAME = 'invoked'

/** What the number of a caller's policies costs each of his invocations. */
export const manyPolicies: Measurement = {
  name: 'many-policies',
  async measure(bench) {
    await using server = await startServer(bench)
    const account = await setUpAccount(server)
    await createFunction(account, NAME, languages[0])
    const callers = { one: await callerWith(server, account, 1), many: await callerWith(server, account, MANY) }
    const call = async (caller: Credentials) => {
      const request = signed(invokeRequest(server.url, NAME, 'RequestResponse'), caller)
      return (await runWrk(bench, request, 1, bench.isQuick ? 1 : 3)).p50Us
    }
    await call(callers.many)
    const rounds: { readonly one: number; readonly many: number }[] = []
    for (let round = 0; round < (bench.isQuick ? 2 : 5); round++)
      rounds.push({ one: await call(callers.one), many: await call(callers.many) })
    const { value, yardstick } = comparedRounds(
      rounds,
      ({ many }) => many,
      ({ one }) => one,
    )
    const finding: Finding = {
      what: `warm invoke, Node, by a caller with ${MANY} policies, p50 at c=1`,
      unit: 'us',
      value,
      yardstick: { what: 'with one policy', unit: 'us', ...yardstick },
    }
    return [finding]
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
