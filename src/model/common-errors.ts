import { ApiError } from './api-error.ts'

// Errors of AWS's common front end. The service model does not have them (spec: they carry no Type).

/** 400: the request breaks constraints of the model; `message` is the whole sentence. */
export const validationException = (message: string) => new ApiError('ValidationException', 400, { message })

/** 403 of the authorization layer: capital `Message`; null gives AWS's null message. */
export const accessDeniedException = (message: string | null, cause?: unknown) =>
  new ApiError('AccessDeniedException', 403, { Message: message }, cause)

/** 403 of the authentication layer, with lower-case `message`. */
export const authenticationError = (code: string, message: string) => new ApiError(code, 403, { message })

/** 413: the body is larger than the operation takes. */
export const requestEntityTooLarge = (message: string) =>
  new ApiError('RequestEntityTooLargeException', 413, { message })

/** 404: no operation has this method and path. */
export const unknownOperation = () => new ApiError('UnknownOperationException', 404, { message: null })

/** 501: the operation exists at AWS and is known here, and has no handler yet. */
export const notImplemented = (operation: string) =>
  new ApiError('NotImplementedException', 501, {
    message: `The operation ${operation} is not implemented by lambent yet.`,
  })
