import { malformedPolicy, quotaExceeded } from '../errors.ts'
import { checkDocument, sizeOfDocument } from '../policy-document.ts'

// AWS's default quota.
const LIMIT = 2048

/** Throws unless the document may say who assumes a role. */
export function checkTrustPolicy(document: string): void {
  if (sizeOfDocument(document) > LIMIT) throw quotaExceeded('ACLSizePerRole', LIMIT)
  checkDocument(document, 'trust')
  if (!actionsOf(document).every((action) => action.toLowerCase().startsWith('sts:'))) {
    throw malformedPolicy('AssumeRole policy may only specify STS AssumeRole actions.')
  }
}

interface ActionsOnly {
  readonly Action?: string | readonly string[]
  readonly NotAction?: string | readonly string[]
}

/** All actions of a document that was found to be a policy. */
function actionsOf(document: string): readonly string[] {
  const { Statement }: { readonly Statement: ActionsOnly | readonly ActionsOnly[] } = JSON.parse(document)
  return [Statement].flat().flatMap(({ Action = [], NotAction = [] }) => [Action, NotAction].flat(2))
}
