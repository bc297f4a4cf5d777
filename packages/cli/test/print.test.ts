import { describe, expect, it } from 'vitest'
import { ageOf, formatAge } from '../src/print/age.ts'
import { objectTable, qualifiedName } from '../src/print/objects.ts'
import { problemLine } from '../src/print/problem.ts'
import { renderTable } from '../src/print/table.ts'

const minutes = 60_000
const hours = 60 * minutes

describe('formatAge', () => {
  it.each([
    [0, '0s'],
    [119_000, '119s'],
    [2 * minutes, '2m'],
    [3 * minutes + 12_000, '3m12s'],
    [10 * minutes + 5_000, '10m'],
    [3 * hours, '3h'],
    [7 * hours + 5 * minutes, '7h5m'],
    [30 * hours, '30h'],
    [51 * hours, '2d3h'],
    [400 * hours, '16d'],
    [-5_000, '0s'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatAge(ms)).toBe(text)
  })

  it('does not invent an age', () => {
    expect(ageOf(undefined, 0)).toBe('<unknown>')
    expect(ageOf('1970-01-01T00:00:01Z', 6_000)).toBe('5s')
  })
})

it('aligns a table without trailing blanks', () => {
  expect(
    renderTable(
      ['NAME', 'AGE'],
      [
        ['a', '1s'],
        ['longer', ''],
      ],
    ),
  ).toBe('NAME     AGE\na        1s\nlonger\n')
})

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'shop', creationTimestamp: '1970-01-01T00:00:00Z' },
  spec: { containers: [{ name: 'a' }, { name: 'b' }] },
  status: {
    phase: 'Running',
    podIP: '127.0.0.9',
    containerStatuses: [
      { name: 'a', ready: true, restartCount: 1 },
      { name: 'b', ready: false, restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } },
    ],
  },
}

describe('objectTable', () => {
  const options = { wide: false, withNamespace: false, withKind: false, nowMs: 60_000 }

  it('has the columns of kubectl', () => {
    expect(objectTable([pod], options)).toBe(
      'NAME   READY   STATUS             RESTARTS   AGE\np      1/2     CrashLoopBackOff   3          60s\n',
    )
  })

  it('has namespace, kind and further columns when asked', () => {
    const table = objectTable([pod], { ...options, wide: true, withNamespace: true, withKind: true })
    expect(table.split('\n')[0]?.split(/ +/)).toEqual(['NAMESPACE', 'NAME', 'READY', 'STATUS', 'RESTARTS', 'IP', 'AGE'])
    expect(table).toContain('shop        pod/p')
  })

  it('says Terminating of what is being deleted', () => {
    const going = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '1970-01-01T00:00:00Z' } }
    expect(objectTable([going], options)).toContain('Terminating')
  })
})

it('names objects with their group', () => {
  expect(qualifiedName(pod)).toBe('pod/p')
  const rule = { apiVersion: 'networking.istio.io/v1beta1', kind: 'VirtualService', metadata: { name: 'v' } }
  expect(qualifiedName(rule)).toBe('virtualservice.networking.istio.io/v')
})

describe('problemLine', () => {
  const problem = { severity: 'error', code: 'c', path: 'spec.x', message: 'is bad' } as const
  const place = { file: '/srv/mesh/a.yaml', line: 2, column: 3 }

  it('has what is known', () => {
    expect(problemLine({ ...problem, place, hint: 'mend it' })).toBe('/srv/mesh/a.yaml:2:3: spec.x: is bad (mend it)')
    expect(problemLine({ ...problem, severity: 'warning', kind: 'Pod', name: 'p' })).toBe(
      'pod/p: spec.x: warning: is bad',
    )
  })

  it('names near files as a person would', () => {
    expect(problemLine({ ...problem, place }, '/srv')).toMatch(/^mesh\/a\.yaml:2:3: /)
    expect(problemLine({ ...problem, place }, '/opt')).toMatch(/^\/srv\/mesh/)
  })
})
