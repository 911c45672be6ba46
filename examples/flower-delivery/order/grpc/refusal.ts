import { Metadata, type ServiceError, status, type StatusObject } from '@grpc/grpc-js'
import type { Problem } from '@outbox-cdc/service-kit'
import { statusCodec } from './protos.ts'

const codes: Readonly<Record<string, status>> = {
  'invalid-request': status.INVALID_ARGUMENT,
  'unknown-item': status.NOT_FOUND,
  'menu-differs': status.FAILED_PRECONDITION,
  unavailable: status.UNAVAILABLE
}

const trailer = 'grpc-status-details-bin'
const badRequest = 'type.googleapis.com/google.rpc.BadRequest'
const retryInfo = 'type.googleapis.com/google.rpc.RetryInfo'

type FieldError = { readonly field: string; readonly message: string }
type Duration = { readonly seconds: number; readonly nanos: number }

/** How a call ends that a problem refuses. */
export function refusalOf({ message, input }: Problem): StatusObject {
  const { type, errors = [], headers = {} } = input
  const code = codes[type] ?? status.INTERNAL
  const fieldViolations = errors.map(error => ({ field: error.field, description: error.message }))
  const seconds = Number(headers['Retry-After'] ?? 0)
  const details = [
    ...(fieldViolations.length > 0 ? [{ '@type': badRequest, fieldViolations }] : []),
    ...(seconds > 0 ? [{ '@type': retryInfo, retryDelay: { seconds, nanos: 0 } }] : [])
  ]
  const metadata = new Metadata()
  if (details.length > 0) metadata.set(trailer, statusCodec.encode({ code, message, details }))
  return { code, details: message, metadata }
}

/** The fields that are wrong, and after how many seconds the caller may try again. */
export function explain({ metadata }: ServiceError) {
  const [encoded] = metadata.get(trailer)
  const details = encoded instanceof Buffer ? statusCodec.decode(encoded).details : []
  const of = (type: string) => details.find(detail => detail['@type'] === type)
  const violations = (of(badRequest)?.['fieldViolations'] ?? []) as readonly { field: string; description: string }[]
  const delay = of(retryInfo)?.['retryDelay'] as Duration | undefined
  return {
    errors: violations.map(({ field, description }): FieldError => ({ field, message: description })),
    retryAfterSeconds: delay?.seconds
  }
}
