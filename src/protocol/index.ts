export { type HttpRequest, type HttpResponse, headerOf } from './http.ts'
export { bodyTooLarge } from './rest-json/body-limit.ts'
export { bodyLimitOf, matchCall, type ServiceCall } from './service-call.ts'
