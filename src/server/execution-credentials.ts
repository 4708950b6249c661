import type { Sessions } from '#auth'
import { roleArn as arnOf, type FunctionVersion, functionArn, LATEST, type Place, roleNameIn } from '#resources'
import type { Store } from '#store'

/** Each environment gets keys of its own: a session of the function's role, which ends with that very role. */
export function executionCredentials(
  sessions: Sessions,
  { identities }: Store,
  place: Place,
): (version: FunctionVersion) => Promise<ReturnType<Sessions['issue']>> {
  return async (version) => {
    const { account } = version
    const roleArn = version.configuration.role
    const role = await identities.roles.find(account, roleNameIn(roleArn))
    const isMeant = role && arnOf(place.partition, role) === roleArn
    return sessions.issue({
      account,
      actor: { kind: 'role', roleArn, ...(isMeant && { roleId: role.id }), sessionName: sessionNameOf(version) },
      sourceFunctionArn: sourceArnOf(place, version),
    })
  }
}

/** AWS names the session after the function; names of one character are too short for a session. */
const sessionNameOf = ({ functionName }: FunctionVersion) =>
  functionName.length === 1 ? `${functionName}@lambda_function` : functionName

/** AWS names the version too when it is a published one. */
const sourceArnOf = (place: Place, { account, functionName, version }: FunctionVersion) =>
  functionArn(place, { account, functionName, ...(version !== LATEST && { qualifier: version }) })
