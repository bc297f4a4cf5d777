/** An answer of the query API: the body is JSON. */
export interface ApiAnswer {
  readonly status: number
  readonly body: string
}

/** The error types of Prometheus' API, with their HTTP status. */
const STATUS = { bad_data: 400, execution: 422, timeout: 503, unavailable: 503 } as const

export type ApiErrorType = keyof typeof STATUS

/** @param data JSON text */
export function success(data: string, warnings: readonly string[] = []): ApiAnswer {
  const more = warnings.length === 0 ? '' : `,"warnings":${JSON.stringify(warnings)}`
  return { status: 200, body: `{"status":"success","data":${data}${more}}` }
}

export function failure(errorType: ApiErrorType, error: string): ApiAnswer {
  return { status: STATUS[errorType], body: JSON.stringify({ status: 'error', errorType, error }) }
}
