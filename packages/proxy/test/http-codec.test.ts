import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FieldNames } from '../src/http/field-names.ts'
import { HeaderList } from '../src/http/header-list.ts'
import { BodyDecoder } from '../src/http/http1/body-decoder.ts'
import { HeadReader } from '../src/http/http1/head-reader.ts'
import { MessageHead } from '../src/http/http1/message-head.ts'
import { RequestLine } from '../src/http/http1/request-line.ts'
import { parseStatusLine, statusLine } from '../src/http/http1/status-line.ts'

interface Parsed {
  readonly error: string
  readonly request: string
  readonly fields: string
  readonly host: string | undefined
  readonly contentLength: number
  readonly chunked: boolean
  readonly close: boolean
  readonly rest: string
}

/** Feeds `text` in the given pieces, as the server's codec does. null = the head is not complete. */
function parseRequest(text: string, cuts: readonly number[] = []): Parsed | null {
  const reader = new HeadReader()
  const bytes = Buffer.from(text, 'latin1')
  const bounds = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  for (let index = 0; index + 1 < bounds.length; index += 1) {
    // Each piece arrives in a buffer that is overwritten by the next one.
    const piece = Buffer.from(bytes.subarray(bounds[index], bounds[index + 1]))
    const next = reader.push(piece, 0, piece.length)
    piece.fill(0)
    if (reader.broken) return failed('http1.invalid_characters')
    if (next !== -1) return parseHead(reader.head, bytes.toString('latin1', (bounds[index] as number) + next))
  }
  return null
}

function parseHead(head: string, rest: string): Parsed {
  const line = new RequestLine()
  const message = new MessageHead()
  const headers = new HeaderList()
  let end = head.indexOf('\r\n')
  if (end === -1) end = head.length
  const error = line.parse(head, end) || message.readFields(head, end + 2, new FieldNames(), headers, 100)
  if (error !== '') return failed(error)
  return {
    error,
    request: `${line.method} ${line.path} ${line.protocol} ${line.authority}`,
    fields: headers.render(),
    host: message.host,
    contentLength: message.contentLength,
    chunked: message.chunked,
    close: message.close,
    rest,
  }
}

function failed(error: string): Parsed {
  return { error, request: '', fields: '', host: undefined, contentLength: -1, chunked: false, close: false, rest: '' }
}

const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/).map((name) => `x-${name}`)
const fieldValue = fc.stringMatching(/^([!-~]([\t -~]{0,20}[!-~])?)?$/)

describe('request head', () => {
  it('reads line and fields', () => {
    const parsed = parseRequest(
      'POST /a?b=c HTTP/1.1\r\nHost: shop\r\nContent-Length: 3\r\nX-Thing:  spaced \t\r\nConnection: close, x-gone\r\nX-Gone: 1\r\nKeep-Alive: 5\r\n\r\nabc',
    )
    expect(parsed).toEqual({
      error: '',
      request: 'POST /a?b=c HTTP/1.1 ',
      fields: 'content-length: 3\r\nx-thing: spaced\r\n',
      host: 'shop',
      contentLength: 3,
      chunked: false,
      close: true,
      rest: 'abc',
    })
  })

  it.each([
    ['GET http://other:8080/x?y HTTP/1.1', 'GET /x?y HTTP/1.1 other:8080'],
    ['GET http://other HTTP/1.1', 'GET / HTTP/1.1 other'],
    ['GET http://other?q HTTP/1.1', 'GET /?q HTTP/1.1 other'],
    ['OPTIONS * HTTP/1.1', 'OPTIONS * HTTP/1.1 '],
    ['CONNECT other:443 HTTP/1.1', 'CONNECT  HTTP/1.1 other:443'],
  ])('takes the target of "%s" apart', (line, expected) => {
    expect(parseRequest(`${line}\r\nHost: a\r\n\r\n`)?.request).toBe(expected)
  })

  it.each([
    ['two lengths', 'Content-Length: 1\r\nContent-Length: 1', 'http1.codec_error'],
    ['a list of lengths', 'Content-Length: 1, 1', 'http1.codec_error'],
    ['a signed length', 'Content-Length: +1', 'http1.codec_error'],
    ['a hexadecimal length', 'Content-Length: 0x1', 'http1.codec_error'],
    ['an empty length', 'Content-Length:', 'http1.codec_error'],
    ['a length beyond all bounds', 'Content-Length: 99999999999999999999', 'http1.codec_error'],
    [
      'length and chunked',
      'Content-Length: 1\r\nTransfer-Encoding: chunked',
      'http1.content_length_and_chunked_not_allowed',
    ],
    [
      'chunked and length',
      'Transfer-Encoding: chunked\r\nContent-Length: 1',
      'http1.content_length_and_chunked_not_allowed',
    ],
    ['another coding', 'Transfer-Encoding: gzip, chunked', 'http1.invalid_transfer_encoding'],
    ['chunked twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', 'http1.invalid_transfer_encoding'],
    ['chunked with a vertical tab', 'Transfer-Encoding: \x0bchunked', 'http1.invalid_characters'],
    ['a folded line', 'X-A: b\r\n c', 'http1.codec_error'],
    ['a name with a space', 'X A: b', 'http1.codec_error'],
    ['a space before the colon', 'X-A : b', 'http1.codec_error'],
    ['no name', ': b', 'http1.codec_error'],
    ['no colon', 'X-A', 'http1.codec_error'],
    ['a bare CR', 'X-A: b\rc', 'http1.invalid_characters'],
    ['a bare LF', 'X-A: b\nX-C: d', 'http1.invalid_characters'],
    ['NUL', 'X-A: b\x00c', 'http1.invalid_characters'],
    ['DEL', 'X-A: b\x7f', 'http1.invalid_characters'],
    ['two hosts', 'Host: b', 'http1.codec_error'],
  ])('refuses %s', (_, fields, error) => {
    expect(parseRequest(`POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n`)?.error).toBe(error)
  })

  it.each([
    ['GET  / HTTP/1.1'],
    ['GET /'],
    ['GET / HTTP/1.1 x'],
    [' GET / HTTP/1.1'],
    ['get / HTTP/1.1'],
    ['BREW / HTTP/1.1'],
    ['GET a HTTP/1.1'],
    ['GET /\t HTTP/1.1'],
    ['GET / http/1.1'],
    ['GET / HTTP/1.10'],
  ])('refuses the line "%s"', (line) => {
    expect(parseRequest(`${line}\r\nHost: a\r\n\r\n`)?.error).toBe('http1.codec_error')
  })

  it.each([
    ['GET ftp://a/ HTTP/1.1', 'http1.invalid_scheme'],
    ['GET https://a/ HTTP/1.1', ''],
    ['GET http://u@a/ HTTP/1.1', 'http1.invalid_url'],
    ['GET http:///x HTTP/1.1', 'http1.invalid_url'],
    ['GET * HTTP/1.1', 'http1.invalid_url'],
    ['CONNECT a HTTP/1.1', 'http1.invalid_url'],
    ['CONNECT /a HTTP/1.1', 'http1.invalid_url'],
    ['CONNECT [::1]:443 HTTP/1.1', ''],
    ['CONNECT a:443 HTTP/1.1', ''],
    ['OPTIONS * HTTP/1.1', ''],
  ])('says of the line "%s": %s', (line, error) => {
    expect(parseRequest(`${line}\r\nHost: a\r\n\r\n`)?.error).toBe(error)
  })

  it('tells old and new versions from nonsense', () => {
    expect(parseRequest('GET / HTTP/2.0\r\nHost: a\r\n\r\n')?.error).toBe('low_version')
  })

  it('bounds the number of fields', () => {
    expect(parseRequest(`GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(101)}\r\n`)?.error).toBe('http1.too_many_headers')
  })

  it('parses alike however the bytes are cut', () => {
    const request = fc.record({
      fields: fc.array(fc.tuple(token, fieldValue), { maxLength: 8 }),
      path: fc.stringMatching(/^\/[a-z0-9/?&=%]{0,20}$/),
      body: fc.string({ maxLength: 20 }),
    })
    fc.assert(
      fc.property(request, fc.array(fc.nat(), { maxLength: 6 }), ({ fields, path, body }, cuts) => {
        const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
        const text = `PUT ${path} HTTP/1.1\r\nHost: h\r\n${lines}\r\n${Buffer.from(body).toString('latin1')}`
        const whole = parseRequest(text)
        expect(whole?.error).toBe('')
        expect(whole?.fields).toBe(lines)
        expect(parseRequest(text, cuts)).toEqual(whole)
      }),
    )
  })

  it('refuses a stray control character wherever it stands and however the bytes are cut', () => {
    const text = 'GET /abc HTTP/1.1\r\nHost: h\r\nX-A: b c\r\n\r\n'
    const strays = fc.constantFrom('\0', '\r', '\n', '\x0b', '\x1f', '\x7f')
    fc.assert(
      fc.property(fc.nat(text.length - 5), strays, fc.array(fc.nat(), { maxLength: 4 }), (at, stray, cuts) => {
        const broken = text.slice(0, at) + stray + text.slice(at)
        // Beside a line's own CR or LF it may also end the head early, or be a missing Host: never a field's value.
        expect(parseRequest(broken, cuts)?.error).not.toBe('')
      }),
    )
  })
})

describe('status line', () => {
  it.each([
    ['HTTP/1.1 200 OK', 200],
    ['HTTP/1.0 404 Not Found', 404],
    ['HTTP/1.1 599', 599],
    ['HTTP/1.1 204 ', 204],
    ['HTTP/1.1 20', -1],
    ['HTTP/1.1 2000 OK', -1],
    ['HTTP/1.1 2x0 OK', -1],
    ['HTTP/1.1  200 OK', -1],
    ['HTTP/2 200 OK', -1],
    ['ICY 200 OK', -1],
    ['HTTP/1.1 099 No', -1],
  ])('reads "%s" as %d', (line, status) => {
    expect(parseStatusLine(line, line.length)).toBe(status)
  })

  it('writes reasons of its own', () => {
    expect(statusLine(503)).toBe('HTTP/1.1 503 Service Unavailable\r\n')
    expect(statusLine(200, true)).toBe('HTTP/1.0 200 OK\r\n')
    expect(statusLine(799)).toBe('HTTP/1.1 799 Unknown\r\n')
  })
})

/** What a chunked body decodes to; null if it is refused, undefined if it goes on. */
function decodeChunked(text: string, cuts: readonly number[] = []): { body: string; rest: string } | null | undefined {
  const decoder = new BodyDecoder()
  decoder.startChunked()
  let body = ''
  const sink = {
    onBodyBytes: (buffer: Buffer, start: number, end: number) => {
      body += buffer.toString('latin1', start, end)
    },
  }
  const bytes = Buffer.from(text, 'latin1')
  const bounds = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  for (let index = 0; index + 1 < bounds.length; index += 1) {
    const next = decoder.feed(bytes, bounds[index] as number, bounds[index + 1] as number, sink)
    if (next === -1) return null
    if (decoder.done) return { body, rest: bytes.toString('latin1', next) }
  }
  return undefined
}

describe('chunked body', () => {
  it.each<[string, (decoder: BodyDecoder) => void]>([
    ['a length', (decoder) => decoder.startLength(3)],
    ['no body', (decoder) => decoder.startNone()],
    ['the end of its connection', (decoder) => decoder.startUntilClose()],
    ['chunks', (decoder) => decoder.startChunked()],
  ])('leaves no trailers for a message that is framed by %s', (_framing, begin) => {
    const decoder = new BodyDecoder()
    const bytes = Buffer.from('0\r\nx-end: of the first\r\n\r\n')
    decoder.startChunked(true)
    decoder.feed(bytes, 0, bytes.length, { onBodyBytes: () => {} })
    expect(decoder.trailers).toContain('of the first')
    begin(decoder)
    expect(decoder.trailers).toBe('')
  })

  it('drops extensions and trailers, and leaves what follows', () => {
    expect(decodeChunked('3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nGET /')).toEqual({
      body: 'abc0123456789',
      rest: 'GET /',
    })
  })

  it.each([
    ['no size', '\r\nabc'],
    ['a size that is none', 'xyz\r\n'],
    ['a space behind the size', '3 \r\nabc\r\n0\r\n\r\n'],
    ['a sign', '-3\r\nabc'],
    ['0x', '0x3\r\nabc'],
    ['a size of more than 52 bits', 'fffffffffffffff\r\n'],
    ['a bare LF behind the size', '3\nabc\r\n0\r\n\r\n'],
    ['a bare LF in an extension', '3;a\nabc\r\n0\r\n\r\n'],
    ['more data than announced', '3\r\nabcd\r\n0\r\n\r\n'],
    ['a bare LF behind the data', '3\r\nabc\n0\r\n\r\n'],
    ['NUL in a trailer', '0\r\na: \0\r\n\r\n'],
    ['a bare LF in a trailer', '0\r\na: b\n\r\n'],
    ['endless extensions', `3;${'x'.repeat(5000)}\r\nabc\r\n0\r\n\r\n`],
    ['endless trailers', `0\r\n${'a: b\r\n'.repeat(4000)}\r\n`],
  ])('refuses %s', (_, text) => {
    expect(decodeChunked(text)).toBe(null)
  })

  it('decodes alike however the bytes are cut', () => {
    const chunks = fc.array(fc.string({ minLength: 1, maxLength: 30 }), { maxLength: 6 })
    fc.assert(
      fc.property(chunks, fc.array(fc.nat(), { maxLength: 8 }), (parts, cuts) => {
        const bytes = parts.map((part) => Buffer.from(part).toString('latin1'))
        const text = `${bytes.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\nrest`
        expect(decodeChunked(text, cuts)).toMatchObject({ body: bytes.join('') })
      }),
    )
  })

  it('waits for the rest', () => {
    expect(decodeChunked('3\r\nab')).toBe(undefined)
    expect(decodeChunked('0\r\n')).toBe(undefined)
  })
})
