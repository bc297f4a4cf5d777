import { MizzenError } from '@mizzen/base'
import { type Answer, json } from './answer.ts'
import type { ApiRequest } from './request.ts'

/** `POST /validate`: the validating webhook (AdmissionReview v1). Undefined for other paths. */
export async function answerAdmission(request: ApiRequest): Promise<Answer | undefined> {
  if (request.segments.length !== 1 || request.segments[0] !== 'validate') return undefined
  if (request.method !== 'POST') throw new MizzenError('method-not-allowed', `${request.method} is not possible here`)
  // Only a few meshes have their objects reviewed here, and it is much to load.
  const { reviewAdmission } = await import('@mizzen/validation')
  const review = reviewAdmission(parse(await request.body()))
  if (review !== undefined) return json(review)
  throw new MizzenError('bad-request', 'the body must be an AdmissionReview of admission.k8s.io/v1, with a request')
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (error) {
    throw new MizzenError('bad-request', `the body is not JSON: ${(error as Error).message}`, { cause: error })
  }
}
