import { emptyLogEntry, type LogEntry } from './log-entry.ts'
import { readFlags } from './response-flags.ts'
import { WireCursor } from './wire-cursor.ts'
import { readTimeMs } from './wire-time.ts'

/** envoy.config.core.v3.RequestMethod */
const METHODS = ['', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']
/** Longest path kept, characters. */
const PATH_LENGTH = 1_024

/**
 * Reads `envoy.service.accesslog.v3.StreamAccessLogsMessage`: identifier 1 (Node 1), http_logs 2, tcp_logs 3 (each with
 * log_entry 1). Throws MizzenError `bad-message`; entries before that were given.
 */
export function readLogMessage(
  message: Buffer,
  onNode: (node: Buffer) => void,
  onEntry: (entry: LogEntry) => void,
): void {
  const cursor = new WireCursor(message)
  while (cursor.next()) {
    const kind = cursor.field
    if (kind > 3) {
      cursor.skip()
      continue
    }
    cursor.within(() => {
      while (cursor.next()) {
        if (cursor.field !== 1) cursor.skip()
        else if (kind === 1) onNode(cursor.part())
        else onEntry(readEntry(cursor))
      }
    })
  }
}

/** HTTPAccessLogEntry: common 1, request 3, response 4. TCPAccessLogEntry: common 1, connection 2. */
function readEntry(cursor: WireCursor): LogEntry {
  const entry = emptyLogEntry()
  cursor.within(() => {
    while (cursor.next()) {
      if (cursor.field === 1) cursor.within(() => readCommon(cursor, entry))
      else if (cursor.field === 2 && cursor.wire === 2) cursor.within(() => readConnection(cursor, entry))
      else if (cursor.field === 3) cursor.within(() => readRequest(cursor, entry))
      else if (cursor.field === 4) cursor.within(() => readResponse(cursor, entry))
      else cursor.skip()
    }
  })
  return entry
}

/** AccessLogCommon. `duration` 23 is not set by all; `time_to_last_downstream_tx_byte` 12 is the same of HTTP. */
function readCommon(cursor: WireCursor, entry: LogEntry): void {
  while (cursor.next()) {
    if (cursor.field === 1) entry.sampleRate = cursor.double()
    else if (cursor.field === 4) cursor.within(() => readTls(cursor, entry))
    else if (cursor.field === 5) entry.atMs = readTimeMs(cursor)
    else if (cursor.field === 12) entry.durationMs = Math.max(entry.durationMs, readTimeMs(cursor))
    else if (cursor.field === 13) entry.upstreamHost = readAddress(cursor)
    else if (cursor.field === 15) entry.upstreamCluster = cursor.text()
    else if (cursor.field === 16) entry.flags = readFlags(cursor.part())
    else if (cursor.field === 19) entry.routeName = cursor.text()
    else if (cursor.field === 22) readPair(cursor, entry.tags)
    else if (cursor.field === 23) entry.durationMs = readTimeMs(cursor)
    else if (cursor.field === 24) entry.attempts = cursor.varint()
    else if (cursor.field === 33) entry.type = cursor.varint()
    else cursor.skip()
  }
}

/** ConnectionProperties: received_bytes 1, sent_bytes 2. */
function readConnection(cursor: WireCursor, entry: LogEntry): void {
  while (cursor.next()) {
    if (cursor.field === 1) entry.requestBytes = cursor.varint()
    else if (cursor.field === 2) entry.responseBytes = cursor.varint()
    else cursor.skip()
  }
}

/** HTTPRequestProperties: method 1, authority 3, path 5, request_id 9, original_path 10, bytes of head 11 and body 12, headers 13. */
function readRequest(cursor: WireCursor, entry: LogEntry): void {
  let originalPath = ''
  while (cursor.next()) {
    if (cursor.field === 1) entry.method = METHODS[cursor.varint()] ?? ''
    else if (cursor.field === 3) entry.authority = cursor.text()
    else if (cursor.field === 5) entry.path = cursor.text().slice(0, PATH_LENGTH)
    else if (cursor.field === 9) entry.requestId = cursor.text()
    else if (cursor.field === 10) originalPath = cursor.text().slice(0, PATH_LENGTH)
    else if (cursor.field === 11 || cursor.field === 12) entry.requestBytes += cursor.varint()
    else if (cursor.field === 13) readPair(cursor, entry.requestHeaders)
    else cursor.skip()
  }
  if (originalPath !== '') entry.path = originalPath
  // The enumeration lacks methods of extensions.
  if (entry.method === '') entry.method = entry.requestHeaders[':method'] ?? 'OTHER'
}

/** HTTPResponseProperties: code 1, bytes of head 2 and body 3, headers 4, trailers 5, details 6. */
function readResponse(cursor: WireCursor, entry: LogEntry): void {
  while (cursor.next()) {
    if (cursor.field === 1) cursor.within(() => readWrapped(cursor, entry))
    else if (cursor.field === 2 || cursor.field === 3) entry.responseBytes += cursor.varint()
    else if (cursor.field === 4) readPair(cursor, entry.responseHeaders)
    else if (cursor.field === 5) readPair(cursor, entry.responseTrailers)
    else if (cursor.field === 6) entry.details = cursor.text()
    else cursor.skip()
  }
}

/** UInt32Value. */
function readWrapped(cursor: WireCursor, entry: LogEntry): void {
  while (cursor.next()) {
    if (cursor.field === 1) entry.status = cursor.varint()
    else cursor.skip()
  }
}

/** TLSProperties: certificates of ours 4 and of the peer 5, each with subject_alt_name 1 (uri 1). */
function readTls(cursor: WireCursor, entry: LogEntry): void {
  while (cursor.next()) {
    if (cursor.field === 4) entry.localPrincipal = readUriSan(cursor.part())
    else if (cursor.field === 5) {
      entry.peerPrincipal = readUriSan(cursor.part())
      entry.mutualTls = true
    } else cursor.skip()
  }
}

function readUriSan(certificate: Buffer): string {
  const cursor = new WireCursor(certificate)
  let uri = ''
  while (cursor.next()) {
    if (cursor.field !== 1) cursor.skip()
    else {
      cursor.within(() => {
        while (cursor.next()) {
          if (cursor.field === 1 && uri === '') uri = cursor.text()
          else cursor.skip()
        }
      })
    }
  }
  return uri
}

/** Address: socket_address 1 (address 2, port_value 3). '' for other kinds. */
function readAddress(cursor: WireCursor): string {
  let host = ''
  let port = 0
  cursor.within(() => {
    while (cursor.next()) {
      if (cursor.field !== 1) cursor.skip()
      else {
        cursor.within(() => {
          while (cursor.next()) {
            if (cursor.field === 2) host = cursor.text()
            else if (cursor.field === 3) port = cursor.varint()
            else cursor.skip()
          }
        })
      }
    }
  })
  return host === '' ? '' : `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** An entry of a map of texts: key 1, value 2. */
function readPair(cursor: WireCursor, into: Record<string, string>): void {
  let key = ''
  let value = ''
  cursor.within(() => {
    while (cursor.next()) {
      if (cursor.field === 1) key = cursor.text()
      else if (cursor.field === 2) value = cursor.text()
      else cursor.skip()
    }
  })
  into[key] = value
}
