import { type ApiError, requestEntityTooLarge } from '#model'

// AWS's limit for the operations that carry a package: a zip of 50 MB in base64 and some JSON around it.
const PACKAGE_LIMIT_BYTES = 70_167_211
// AWS documents no limit for the others. This one is far above any valid request and equals the largest event.
const DEFAULT_LIMIT_BYTES = 6_291_456

const withPackage = new Set(['CreateFunction', 'UpdateFunctionCode', 'PublishLayerVersion'])

/** How large the body of an operation may be before it is refused unread. */
export const bodyLimitBytes = (operation: string): number =>
  withPackage.has(operation) ? PACKAGE_LIMIT_BYTES : DEFAULT_LIMIT_BYTES

export const bodyTooLarge = (operation: string): ApiError =>
  requestEntityTooLarge(
    `Request must be smaller than ${bodyLimitBytes(operation)} bytes for the ${operation} operation`,
  )
