import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { authorizationResource, lambdaActions } from '#auth'
import { lambdaService, type OperationName } from '#model'
import { handlers, notYet } from '#operations'
import { parseFunctionName } from '#resources'
import { allowUser, createUser } from '../support/clients.ts'
import { sendSigned } from '../support/raw.ts'
import { restRequest } from '../support/sample-requests.ts'
import { sampleInput } from '../support/samples.ts'
import { ACCOUNT, type Credentials, REGION, startTestServer, type TestServer } from '../support/server.ts'

// From the model, so that no operation is forgotten: nobody may anything, and everybody what the table says.

let server: TestServer
let nobody: Credentials
let somebody: Credentials
before(async () => {
  server = await startTestServer()
  nobody = await createUser(server, 'nobody')
  somebody = await createUser(server, 'somebody')
})
after(() => server[Symbol.asyncDispose]())

/** Operations that do not ask before they begin, each with its reason. This list may only become shorter. */
const unasked: Readonly<Record<string, string>> = {
  SendDurableExecutionCallbackFailure: 'Not implemented: the execution is in the id of the callback.',
  SendDurableExecutionCallbackHeartbeat: 'Not implemented: the execution is in the id of the callback.',
  SendDurableExecutionCallbackSuccess: 'Not implemented: the execution is in the id of the callback.',
}

test('only these operations ask for nothing', () => assert.equal(Object.keys(unasked).length, 3))

const denied = (user: string, action: string, resource: string) =>
  `User: arn:aws:iam::${ACCOUNT}:user/${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`

const place = { partition: 'aws', region: REGION, account: ACCOUNT }

function resourceOf(name: OperationName, input: Readonly<Record<string, unknown>>): string {
  const { FunctionName, Qualifier } = input
  const functionName = typeof FunctionName === 'string' ? parseFunctionName(FunctionName).name : 'none'
  const addressed = {
    account: ACCOUNT,
    functionName,
    ...(typeof Qualifier === 'string' && { qualifier: Qualifier }),
  }
  return authorizationResource(lambdaActions[name], input, place, addressed) ?? ''
}

/** What operations are given a role for is their own affair. */
const passing = [{ Effect: 'Allow', Action: 'iam:PassRole', Resource: '*' }]

const isNotYet = (name: OperationName) => handlers[name] === notYet

for (const name of Object.keys(lambdaService.operations) as OperationName[]) {
  if (name in unasked) continue
  test(`${name} is for those alone who may ${lambdaActions[name].action}`, async () => {
    const input = sampleInput(lambdaService, name)
    const request = restRequest(name, input)
    const { action } = lambdaActions[name]
    const resource = resourceOf(name, input)
    const refused = await sendSigned(server, request, nobody)
    assert.equal(refused.body.Message, denied('nobody', action, resource))
    assert.deepEqual([refused.status, refused.headers['x-amzn-errortype']], [403, 'AccessDeniedException'])

    await allowUser(server, 'somebody', { Effect: 'Allow', Action: action, Resource: resource }, ...passing)
    const allowed = await sendSigned(server, request, somebody)
    if (isNotYet(name)) assert.equal(allowed.status, 501)
    else assert.ok(allowed.status < 500 && allowed.status !== 403, allowed.text)
  })
}
