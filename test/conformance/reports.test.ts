import { describe, expect, it } from 'vitest'
import { readIndex } from './autobahn.ts'
import { readReport } from './h2spec.ts'

describe("h2spec's report", () => {
  it('counts what failed, with the reason', () => {
    const xml = `<testsuites>
      <testsuite name="3.5." package="http2/3.5" tests="3">
        <testcase package="http2/3.5" classname="Sends a client preface" time="0.0"></testcase>
        <testcase package="http2/3.5" classname="Sends a PING frame" time="0.0"/>
        <testcase package="http2/3.5" classname="Sends nonsense" time="2.0"><failure>Connection closed
          Timeout</failure></testcase>
        <testcase package="http2/3.5" classname="Sends nothing" time="0"><skipped/></testcase>
      </testsuite></testsuites>`
    expect(readReport(xml)).toEqual({
      passed: 2,
      failures: [
        { name: 'http2/3.5 Sends nonsense', reason: 'Connection closed Timeout' },
        { name: 'http2/3.5 Sends nothing', reason: '' },
      ],
    })
  })
})

describe("Autobahn's index", () => {
  it('wants a clean close, too', () => {
    const index = {
      '1.1.1': { behavior: 'OK', behaviorClose: 'OK' },
      '6.4.1': { behavior: 'NON-STRICT', behaviorClose: 'OK' },
      '7.1.6': { behavior: 'INFORMATIONAL', behaviorClose: 'INFORMATIONAL' },
      '1.1.2': { behavior: 'FAILED', behaviorClose: 'OK' },
      '1.1.3': { behavior: 'OK', behaviorClose: 'UNCLEAN' },
    }
    expect(readIndex(index)).toEqual({
      passed: 3,
      failures: [
        { name: '1.1.2', reason: 'FAILED, closing OK' },
        { name: '1.1.3', reason: 'OK, closing UNCLEAN' },
      ],
    })
  })
})
