import {
  CreateUserCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  ListUserPoliciesCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { iamClient, policy } from '../../support/clients.ts'
import type { TestServer } from '../../support/server.ts'
import { type Change, found, possible, type Subject, unique, without } from './subject.ts'

/** Policy documents by their names; undefined while the user does not exist. */
type UserState = Readonly<Record<string, string>> | undefined

const MOST_POLICIES = 4

/** A user of IAM and what he may do. */
export const userSubject = (name: string): Subject<UserState> => ({
  name,
  initial: undefined,
  changesOf: (state) => changesOf(name, state),
  settle: async () => {},
  observe: (server) => observe(server, name),
})

function changesOf(UserName: string, state: UserState): readonly Change<UserState>[] {
  if (!state)
    return [
      { what: 'CreateUser', send: (server) => iamClient(server).send(new CreateUserCommand({ UserName })), after: {} },
    ]
  const names = Object.keys(state)
  const [first] = names
  const PolicyName = names.length < MOST_POLICIES ? unique('policy') : (first ?? '')
  const PolicyDocument = policy({ Effect: 'Allow', Action: `lambda:${unique('Action')}`, Resource: '*' })
  return possible<UserState>(
    {
      what: 'PutUserPolicy',
      send: (server) => iamClient(server).send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument })),
      after: { ...state, [PolicyName]: PolicyDocument },
    },
    first !== undefined && {
      what: 'DeleteUserPolicy',
      send: (server) => iamClient(server).send(new DeleteUserPolicyCommand({ UserName, PolicyName: first })),
      after: without(state, first),
    },
    names.length === 0 && {
      what: 'DeleteUser',
      send: (server) => iamClient(server).send(new DeleteUserCommand({ UserName })),
      after: undefined,
    },
  )
}

async function observe(server: TestServer, UserName: string): Promise<UserState> {
  const client = iamClient(server)
  if (!(await found(client.send(new GetUserCommand({ UserName }))))) return undefined
  const { PolicyNames = [] } = await client.send(new ListUserPoliciesCommand({ UserName }))
  const documents: Record<string, string> = {}
  for (const PolicyName of PolicyNames) {
    const { PolicyDocument = '' } = await client.send(new GetUserPolicyCommand({ UserName, PolicyName }))
    documents[PolicyName] = decodeURIComponent(PolicyDocument)
  }
  return documents
}
