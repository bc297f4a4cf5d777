import { type Labels, labelsFrom } from '../../packages/telemetry/src/promql/labels.ts'
import { parseSelector } from '../../packages/telemetry/src/promql/parse.ts'
import type { SeriesSource } from '../../packages/telemetry/src/promql/series-source.ts'
import type { ScriptSeries } from './promql-script.ts'

interface Stored {
  readonly labels: Labels
  readonly times: number[]
  readonly values: number[]
  readonly endings: number[]
}

/** What a script has loaded. */
export class ScriptStore implements SeriesSource {
  readonly #series = new Map<string, Stored>()

  load({ text, samples }: ScriptSeries): void {
    const labels = labelsOf(text)
    const stored = this.#series.get(labels.key) ?? { labels, times: [], values: [], endings: [] }
    this.#series.set(labels.key, stored)
    for (const { atMs, value } of samples) {
      if (value === 'stale') stored.endings.push(atMs)
      else {
        stored.times.push(atMs)
        stored.values.push(value)
      }
    }
  }

  select(matchers: Parameters<SeriesSource['select']>[0]) {
    return [...this.#series.values()]
      .filter(({ labels }) => matchers.every((one) => one.accepts(labels.values.get(one.name) ?? '')))
      .map((stored) => ({ labels: stored.labels, read: () => stored }))
  }
}

export function labelsOf(text: string): Labels {
  if (text === '' || text === '{}') return labelsFrom([])
  // A selector must name something: an additional label makes any text one.
  const whole = text.includes('{') ? text.replace('{', '{_="_",') : `${text}{_="_"}`
  return labelsFrom(parseSelector(whole).matchers.flatMap(({ name, value }) => (name === '_' ? [] : [[name, value]])))
}
