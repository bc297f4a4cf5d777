import { expect, it } from 'vitest'
import { formatError, MizzenError } from '../src/index.ts'

it('prints place, path, message and hint on one line', () => {
  const error = new MizzenError('bad-weight', 'weight must be 0 or more, but is -1', {
    path: 'spec.http[0].route[1].weight',
    place: { file: 'virtual-service.yaml', line: 12, column: 15 },
    hint: 'weights are relative shares',
  })
  expect(formatError(error)).toBe(
    'virtual-service.yaml:12:15: spec.http[0].route[1].weight: weight must be 0 or more, but is -1 (weights are relative shares)',
  )
})

it('leaves out what is not known', () => {
  expect(formatError(new MizzenError('gone', 'the mesh is not running'))).toBe('the mesh is not running')
  expect(formatError(new Error('plain'))).toBe('plain')
  expect(formatError('text')).toBe('text')
})
