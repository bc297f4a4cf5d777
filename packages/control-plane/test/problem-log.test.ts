import { createLogger } from '@mizzen/base'
import { expect, it } from 'vitest'
import { ProblemLog, problemLine } from '../src/problem-log.ts'

const problem = (message: string) => ({
  severity: 'error' as const,
  code: 'bad',
  path: 'spec.x',
  message,
  hint: 'mend it',
  place: { file: 'a.yaml', line: 3, column: 7 },
})

it('says each problem once, and that it is mended', () => {
  const lines: string[] = []
  const log = new ProblemLog(createLogger({ scope: 's', write: (line) => lines.push(line.split('\t')[3] ?? '') }))
  log.update([problem('one'), problem('one')])
  log.update([problem('one'), problem('two')])
  log.update([problem('two')])
  expect(lines.map((line) => line.trimEnd())).toEqual([
    'a.yaml:3:7: spec.x: one (mend it)',
    'a.yaml:3:7: spec.x: two (mend it)',
    'mended: a.yaml:3:7: spec.x: one (mend it)',
  ])
})

it('names the object where there is no file', () => {
  const bare = {
    severity: 'warning',
    code: 'c',
    path: '',
    message: 'm',
    kind: 'Gateway',
    namespace: 'n',
    name: 'g',
  } as const
  expect(problemLine(bare)).toBe('Gateway/n/g: m')
})
