import {
  AddLayerVersionPermissionCommand,
  DeleteLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  RemoveLayerVersionPermissionCommand,
} from '@aws-sdk/client-lambda'
import type { TestServer } from '../../support/server.ts'
import { zipOf } from '../../support/zip.ts'
import { type Change, clientOf, found, possible, type Subject, unique, without } from './subject.ts'

/** The versions of a layer, by their numbers. */
type LayerState = Readonly<Record<string, LayerVersionState>>

interface LayerVersionState {
  readonly description: string | undefined
  /** A version has one statement or none here. */
  readonly isShared: boolean
}

const MOST_VERSIONS = 8
const StatementId = 'all'

export const layerSubject = (name: string): Subject<LayerState> => ({
  name,
  initial: {},
  changesOf: (state) => changesOf(name, state),
  settle: async () => {},
  observe: (server) => observe(server, name),
})

function changesOf(LayerName: string, state: LayerState): readonly Change<LayerState>[] {
  const numbers = Object.keys(state).map(Number)
  // Never deleted, so that the next number is known.
  const newest = Math.max(0, ...numbers)
  const Description = unique('layer')
  const Content = { ZipFile: zipOf({ 'text.txt': Description }) }
  const version = { LayerName, VersionNumber: newest }
  const current = state[newest]
  const toggled = current && { ...state, [newest]: { ...current, isShared: !current.isShared } }
  const statement = { StatementId, Action: 'lambda:GetLayerVersion', Principal: '*' }
  const [oldest] = numbers
  return possible<LayerState>(
    numbers.length < MOST_VERSIONS && {
      what: 'PublishLayerVersion',
      send: (server) => clientOf(server).send(new PublishLayerVersionCommand({ LayerName, Description, Content })),
      after: { ...state, [newest + 1]: { description: Description, isShared: false } },
    },
    numbers.length > 1 &&
      oldest !== undefined && {
        what: 'DeleteLayerVersion',
        send: (server) => clientOf(server).send(new DeleteLayerVersionCommand({ LayerName, VersionNumber: oldest })),
        after: without(state, String(oldest)),
      },
    toggled && {
      what: current.isShared ? 'RemoveLayerVersionPermission' : 'AddLayerVersionPermission',
      send: (server) =>
        current.isShared
          ? clientOf(server).send(new RemoveLayerVersionPermissionCommand({ ...version, StatementId }))
          : clientOf(server).send(new AddLayerVersionPermissionCommand({ ...version, ...statement })),
      after: toggled,
    },
  )
}

async function observe(server: TestServer, LayerName: string): Promise<LayerState> {
  const client = clientOf(server)
  const { LayerVersions = [] } = (await found(client.send(new ListLayerVersionsCommand({ LayerName })))) ?? {}
  const states: Record<string, LayerVersionState> = {}
  for (const { Version, Description } of LayerVersions) {
    const policy = await found(client.send(new GetLayerVersionPolicyCommand({ LayerName, VersionNumber: Version })))
    states[String(Version)] = { description: Description, isShared: policy !== undefined }
  }
  return states
}
