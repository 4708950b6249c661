import {
  CodeSigningConfigNotFoundException,
  CodeVerificationFailedException,
  ResourceConflictException,
  ResourceNotFoundException,
} from '#model'

// AWS's sentences about code signing, one maker for each situation.

/** The configuration itself is asked for; AWS leaves the Type out here. */
export const codeSigningConfigNotFound = (arn: string) =>
  new ResourceNotFoundException({ Message: `The Lambda code signing configuration ${arn} can not be found.` })

/** A function is to use it. */
export const noSuchCodeSigningConfig = (arn: string) =>
  new CodeSigningConfigNotFoundException({
    Type: 'User',
    Message: `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${arn}.`,
  })

export const codeSigningConfigInUse = (arn: string) =>
  new ResourceConflictException({
    Type: 'User',
    message: `The code signing configuration ${arn} cannot be deleted because functions use it.`,
  })

export const codeVerificationFailed = (functionName: string) =>
  new CodeVerificationFailedException({
    Type: 'User',
    Message: `Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is not configured to accept. Check the provided signature for ${functionName}.`,
  })
