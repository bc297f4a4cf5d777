import type { Scene } from '../scene.ts'
import { decisionScenes } from './decisions.ts'
import { failureScenes } from './failures.ts'
import { http2Scenes } from './http2.ts'
import { mirrorScenes } from './mirrors.ts'
import { openTelemetryScenes } from './open-telemetry.ts'
import { operationScenes } from './operations.ts'
import { samplingScenes } from './sampling.ts'
import { tagScenes } from './tags.ts'
import { zipkinScenes } from './zipkin.ts'

export const scenes: readonly Scene[] = [
  ...samplingScenes,
  ...decisionScenes,
  ...zipkinScenes,
  ...openTelemetryScenes,
  ...tagScenes,
  ...operationScenes,
  ...failureScenes,
  ...mirrorScenes,
  ...http2Scenes,
]
