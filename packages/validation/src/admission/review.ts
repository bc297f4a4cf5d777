import { type Problem, type Resource, validate } from '@mizzen/api'

/** `admission.k8s.io/v1` AdmissionReview, as an API server sends it; what is not read is left out. */
interface AdmissionRequest {
  readonly uid: string
  readonly operation?: string
  /** Null for DELETE. */
  readonly object?: unknown
  /** Absent or `status` for the status subresource. */
  readonly subResource?: string
  readonly namespace?: string
  readonly name?: string
}

interface Cause {
  /** As Kubernetes names reasons: ours, as `unknown-field`. */
  readonly reason: string
  readonly field: string
  readonly message: string
}

export interface AdmissionResponse {
  readonly uid: string
  readonly allowed: boolean
  /** Shown by kubectl; of at most 256 characters each. */
  readonly warnings?: readonly string[]
  readonly status?: {
    readonly code: number
    readonly reason: string
    readonly message: string
    readonly details: { readonly causes: readonly Cause[] }
  }
}

export interface AdmissionReview {
  readonly apiVersion: 'admission.k8s.io/v1'
  readonly kind: 'AdmissionReview'
  readonly response: AdmissionResponse
}

/** The server drops longer warnings, and all beyond 4,096 characters together. */
const MAX_WARNING = 256
const MAX_WARNINGS = 16

/**
 * The verdict of the validating webhook: that of `validate`, the same as at every other door. Deletions and changes of
 * status are allowed unseen. Undefined if the body is no AdmissionReview with a request: that is the caller's error.
 */
export function reviewAdmission(body: unknown): AdmissionReview | undefined {
  const request = requestOf(body)
  if (request === undefined) return undefined
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: respond(request) }
}

function requestOf(body: unknown): AdmissionRequest | undefined {
  const { kind, request } = (body ?? {}) as { readonly kind?: unknown; readonly request?: Partial<AdmissionRequest> }
  if (kind !== 'AdmissionReview' || typeof request !== 'object' || request === null) return undefined
  return typeof request.uid === 'string' && request.uid !== '' ? (request as AdmissionRequest) : undefined
}

function respond({ uid, operation, object, subResource = '' }: AdmissionRequest): AdmissionResponse {
  if (operation === 'DELETE' || operation === 'CONNECT' || subResource !== '') return { uid, allowed: true }
  if (!isResource(object)) return { uid, allowed: false, status: refusal([NO_OBJECT]) }
  const problems = validate(object)
  const errors = problems.filter(({ severity }) => severity === 'error')
  const warnings = problems.filter(({ severity }) => severity !== 'error').map(warningText)
  return {
    uid,
    allowed: errors.length === 0,
    ...(warnings.length > 0 && { warnings: warnings.slice(0, MAX_WARNINGS) }),
    ...(errors.length > 0 && { status: refusal(errors) }),
  }
}

const NO_OBJECT: Problem = {
  severity: 'error',
  code: 'not-an-object',
  path: 'request.object',
  message: 'expected an object with apiVersion, kind and metadata',
}

function isResource(object: unknown): object is Resource {
  const { apiVersion, kind } = (object ?? {}) as Partial<Resource>
  return typeof apiVersion === 'string' && typeof kind === 'string'
}

function refusal(errors: readonly Problem[]) {
  const [first] = errors
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  return {
    code: 422,
    reason: 'Invalid',
    message: `${first?.path ?? ''}: ${first?.message ?? ''}${hintOf(first)}${more}`,
    details: {
      causes: errors.map((problem) => ({
        reason: problem.code,
        field: problem.path,
        message: `${problem.message}${hintOf(problem)}`,
      })),
    },
  }
}

function hintOf(problem: Problem | undefined): string {
  return problem?.hint === undefined ? '' : ` (${problem.hint})`
}

function warningText(problem: Problem): string {
  const text = `${problem.path}: ${problem.message}${hintOf(problem)}`
  return text.length <= MAX_WARNING ? text : `${text.slice(0, MAX_WARNING - 1)}…`
}
