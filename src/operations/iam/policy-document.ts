import { compilePolicy, MalformedPolicy, type PolicyPurpose } from '#auth'
import { malformedPolicy } from './errors.ts'

/** Throws MalformedPolicyDocument unless the document can be put to its purpose. */
export function checkDocument(document: string, purpose: PolicyPurpose): void {
  try {
    compilePolicy(document, purpose)
  } catch (error) {
    throw error instanceof MalformedPolicy ? malformedPolicy(error.message) : error
  }
}

/** As IAM measures a document: white space does not count. */
export const sizeOfDocument = (document: string) => document.replace(/\s/g, '').length

/** As IAM gives documents back: percent-encoded as RFC 3986 has it, which escapes more than a browser does. */
export const encodeDocument = (document: string) =>
  encodeURIComponent(document).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
