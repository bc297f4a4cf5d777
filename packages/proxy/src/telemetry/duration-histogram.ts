import { NATIVE_BUCKETS, nativeBucket } from '@mizzen/base'
import { Histogram } from './histogram.ts'

/** Durations in Istio's buckets, and in finer ones for who compares two versions. */
export class DurationHistogram extends Histogram {
  override readonly native = new Float64Array(NATIVE_BUCKETS)

  override observe(ms: number): void {
    super.observe(ms)
    ;(this.native[nativeBucket(ms)] as number) += 1
  }
}
