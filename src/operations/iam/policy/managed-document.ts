import { quotaExceeded } from '../errors.ts'
import { checkDocument, sizeOfDocument } from '../policy-document.ts'

// AWS's quota of characters that are no white space.
const LIMIT = 6144

/** Throws unless the document may be a managed policy. */
export function checkManagedDocument(document: string): void {
  if (sizeOfDocument(document) > LIMIT) throw quotaExceeded('PolicySize', LIMIT)
  checkDocument(document, 'identity')
}
