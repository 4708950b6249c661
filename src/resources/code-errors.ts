import { accessDeniedException, CodeStorageExceededException } from '#model'
import { invalidParameter } from './function-errors.ts'

// AWS's sentences about packages and where they come from.

export const noCode = () => invalidParameter('Please provide a source for function code.')

export const onlyZipFile = () =>
  invalidParameter('Please do not provide other FunctionCode parameters when providing a ZipFile.')

export const codeStorageExceeded = () =>
  new CodeStorageExceededException({ Type: 'User', message: 'Code storage limit exceeded.' })

export const objectNotRead = (code: string, message: string) =>
  invalidParameter(`Error occurred while GetObject. S3 Error Code: ${code}. S3 Error Message: ${message}`)

export const objectDenied = (bucket: string, key: string, code: string, message: string, cause?: unknown) =>
  accessDeniedException(
    `Your access has been denied by S3, please make sure your request credentials have permission to GetObject for ${bucket}/${key}. S3 Error Code: ${code}. S3 Error Message: ${message}`,
    cause,
  )
