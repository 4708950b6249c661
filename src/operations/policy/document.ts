import { canBeAbout, compilePolicy, MalformedPolicy } from '#auth'
import { malformedPolicy } from '#resources'

/** Throws unless the document can be the policy of the resource of this ARN. */
export function checkDocument(document: string, arn: string): void {
  try {
    const { allows, denies } = compilePolicy(document, 'resource')
    const statements = [...allows, ...denies]
    if (statements.length === 0) throw malformedPolicy('Missing required field Statement')
    if (!statements.every((statement) => canBeAbout(statement, arn)))
      throw malformedPolicy(`Every statement must be about the resource ${arn}.`)
  } catch (error) {
    throw error instanceof MalformedPolicy ? malformedPolicy(error.message) : error
  }
}
