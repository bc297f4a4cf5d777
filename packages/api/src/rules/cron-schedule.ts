/** Bounds of the five fields: minute, hour, day of month, month, day of week (0 and 7 are Sunday). */
const FIELDS = [
  { name: 'minute', min: 0, max: 59, words: [] },
  { name: 'hour', min: 0, max: 23, words: [] },
  { name: 'day of the month', min: 1, max: 31, words: [] },
  { name: 'month', min: 1, max: 12, words: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { name: 'day of the week', min: 0, max: 7, words: 'sun mon tue wed thu fri sat'.split(' ') },
]
const MACROS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']

/** Why a text is no schedule of cron; undefined if it is one. As Kubernetes reads them (robfig/cron, without seconds). */
export function scheduleFault(schedule: string): string | undefined {
  if (schedule.startsWith('@')) {
    const good = MACROS.includes(schedule) || /^@every (\d+(\.\d+)?(h|m|s|ms))+$/.test(schedule)
    return good ? undefined : `"${schedule}" is none of ${MACROS.join(', ')}`
  }
  const parts = schedule.trim().split(/\s+/)
  if (parts.length !== FIELDS.length) return `has ${parts.length} fields, not ${FIELDS.length}`
  const wrong = FIELDS.findIndex((field, index) => !isField(parts[index]!, field))
  return wrong === -1 ? undefined : `"${parts[wrong]}" is not a ${FIELDS[wrong]!.name}`
}

function isField(text: string, field: (typeof FIELDS)[number]): boolean {
  return text.split(',').every((part) => {
    const [range = '', step, ...more] = part.split('/')
    if (more.length > 0 || (step !== undefined && !(/^\d+$/.test(step) && Number(step) > 0))) return false
    if (range === '*' || range === '?') return true
    const [from = '', to, ...rest] = range.split('-')
    const [low, high] = [numberIn(from, field), to === undefined ? field.max : numberIn(to, field)]
    return rest.length === 0 && low !== undefined && high !== undefined && low <= high
  })
}

function numberIn(text: string, { min, max, words }: (typeof FIELDS)[number]): number | undefined {
  const word = words.indexOf(text.toLowerCase())
  const value = word === -1 ? (/^\d+$/.test(text) ? Number(text) : Number.NaN) : word + min
  return value >= min && value <= max ? value : undefined
}
