/** How proxies trace. */
export interface TracingSettings {
  /** Share of the traces that begin at a proxy, 0 to 100. */
  readonly percent: number
  /** Where spans go; undefined: to the control plane, by the proxy's own cluster for it. */
  readonly exporter: TraceExporter | undefined
  /** Whether spans name the canonical service, mesh and cluster. */
  readonly istioTags: boolean
  /** By name. */
  readonly tags: readonly TracingTag[]
  /** Characters of the URL that are kept; 0 = the proxy's default. */
  readonly maxPathTagLength: number
}

export interface TracingTag {
  readonly name: string
  readonly from: 'literal' | 'environment' | 'header'
  /** The text itself, or the name of the variable or header. */
  readonly value: string
  /** Where there is no such variable or header; '' = no tag. */
  readonly defaultValue: string
}

/** A service that takes spans. */
export interface TracedService {
  readonly hostname: string
  readonly port: number
  readonly cluster: string
}

export type TraceExporter = TracedService & (ZipkinExport | OtlpHttpExport | OtlpGrpcExport)

export interface ZipkinExport {
  readonly protocol: 'zipkin'
  readonly path: string
  readonly timeoutMs: number
  readonly headers: readonly Header[]
  /** 16 bytes instead of 8. */
  readonly longTraceIds: boolean
  /** W3C headers beside B3. */
  readonly w3c: boolean
}

interface OtlpHttpExport {
  readonly protocol: 'otlp-http'
  readonly path: string
  /** 0 = none. */
  readonly timeoutMs: number
  readonly headers: readonly Header[]
}

interface OtlpGrpcExport {
  readonly protocol: 'otlp-grpc'
  readonly timeoutMs: number
  readonly headers: readonly Header[]
}

export interface Header {
  readonly name: string
  readonly value: string
}
