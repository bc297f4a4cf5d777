import { createRequire } from 'node:module'
import { getSystemErrorName } from 'node:util'
import { MizzenError } from '@mizzen/base'
import type { Address } from '../config/model.ts'
import { isPipe, pipePath } from '../http/pipe-address.ts'
import { ipBytes, ipText } from './ip-bytes.ts'

/** What Node's sockets do not offer, done by the system's own functions. Linux only. */
export interface SocketCalls {
  /** Where a redirected connection was going to (netfilter's REDIRECT); undefined if it was not redirected. */
  originalDestination(descriptor: number, family: 4 | 6): Address | undefined
  /**
   * A listening socket's descriptor, bound but not listening yet.
   * Throws MizzenError `cannot-listen` with the system's reason.
   */
  bind(address: Address, options: BindOptions): number
  /** Another descriptor of the same socket. Throws MizzenError `cannot-listen`. */
  duplicate(descriptor: number): number
}

export interface BindOptions {
  /** Takes connections to any address that is routed here (TPROXY). */
  readonly transparent: boolean
  /** Binds to an address that this machine does not have (yet). */
  readonly freebind: boolean
  readonly reusePort: boolean
}

// linux/un.h, linux/fcntl.h, linux/in.h, linux/in6.h, linux/netfilter_ipv4.h, linux/netfilter_ipv6/ip6_tables.h, asm-generic/socket.h
const AF_UNIX = 1
const AF_INET = 2
const AF_INET6 = 10
const SOCK_STREAM = 1
const SOCK_NONBLOCK = 0o4000
const SOCK_CLOEXEC = 0o2000000
const SOL_SOCKET = 1
const SO_REUSEADDR = 2
const SO_REUSEPORT = 15
const SOL_IP = 0
const SOL_IPV6 = 41
const IP_FREEBIND = 15
const IP_TRANSPARENT = 19
const IPV6_TRANSPARENT = 75
const IPV6_FREEBIND = 78
const SO_ORIGINAL_DST = 80
const F_DUPFD_CLOEXEC = 1030

/** struct sockaddr_in6, the larger one. */
const ADDRESS_BYTES = 28
/** Of struct sockaddr_un. */
const MAX_PATH_BYTES = 108

let loaded: SocketCalls | undefined

/**
 * Loads the library that calls them (10 MB of memory, so only where it is needed). Throws MizzenError `not-supported`
 * where there is no such library or system.
 */
export function socketCalls(): SocketCalls {
  loaded ??= load()
  return loaded
}

type Call = (...args: readonly unknown[]) => number

function load(): SocketCalls {
  try {
    if (process.platform !== 'linux') throw new Error(`this is ${process.platform}`)
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi')
    const libc = koffi.load(null)
    const value = 'const uint8_t *value, uint32_t length'
    const calls = {
      getsockopt: libc.func(
        'int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *length)',
      ),
      setsockopt: libc.func(`int setsockopt(int fd, int level, int name, ${value})`),
      socket: libc.func('int socket(int domain, int type, int protocol)'),
      bind: libc.func(`int bind(int fd, ${value})`),
      close: libc.func('int close(int fd)'),
      fcntl: libc.func('int fcntl(int fd, int command, ...)'),
    }
    return new LibcSocketCalls(calls, () => koffi.errno())
  } catch (error) {
    throw new MizzenError('not-supported', `the system's socket options cannot be reached: ${(error as Error).message}`)
  }
}

interface Calls {
  readonly getsockopt: Call
  readonly setsockopt: Call
  readonly socket: Call
  readonly bind: Call
  readonly close: Call
  readonly fcntl: Call
}

class LibcSocketCalls implements SocketCalls {
  readonly #calls: Calls
  readonly #errno: () => number
  readonly #value = Buffer.alloc(ADDRESS_BYTES)
  readonly #length = new Uint32Array(1)

  constructor(calls: Calls, errno: () => number) {
    this.#calls = calls
    this.#errno = errno
  }

  originalDestination(descriptor: number, family: 4 | 6): Address | undefined {
    this.#length[0] = ADDRESS_BYTES
    const level = family === 4 ? SOL_IP : SOL_IPV6
    if (this.#calls.getsockopt(descriptor, level, SO_ORIGINAL_DST, this.#value, this.#length) !== 0) return undefined
    return readAddress(this.#value)
  }

  bind(address: Address, options: BindOptions): number {
    const socketAddress = writeAddress(address)
    const family = socketAddress.readUInt16LE(0)
    const descriptor = this.#calls.socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
    if (descriptor < 0) throw this.#failure('socket', address)
    try {
      if (family !== AF_UNIX) this.#setOptions(descriptor, address, options, family === AF_INET6)
      if (this.#calls.bind(descriptor, socketAddress, socketAddress.length) !== 0) throw this.#failure('bind', address)
      return descriptor
    } catch (error) {
      this.#calls.close(descriptor)
      throw error
    }
  }

  duplicate(descriptor: number): number {
    const copy = this.#calls.fcntl(descriptor, F_DUPFD_CLOEXEC, 'int', 0)
    if (copy < 0) throw new MizzenError('cannot-listen', `fcntl: ${this.#reason()}`)
    return copy
  }

  #setOptions(descriptor: number, address: Address, options: BindOptions, v6: boolean): void {
    this.#set(descriptor, SOL_SOCKET, SO_REUSEADDR, address)
    if (options.reusePort) this.#set(descriptor, SOL_SOCKET, SO_REUSEPORT, address)
    if (options.transparent)
      this.#set(descriptor, v6 ? SOL_IPV6 : SOL_IP, v6 ? IPV6_TRANSPARENT : IP_TRANSPARENT, address)
    if (options.freebind) this.#set(descriptor, v6 ? SOL_IPV6 : SOL_IP, v6 ? IPV6_FREEBIND : IP_FREEBIND, address)
  }

  #set(descriptor: number, level: number, name: number, address: Address): void {
    const on = Buffer.alloc(4)
    on.writeInt32LE(1)
    if (this.#calls.setsockopt(descriptor, level, name, on, 4) !== 0) throw this.#failure('setsockopt', address)
  }

  #failure(call: string, address: Address): MizzenError {
    const place = isPipe(address) ? address.host : `${address.host}:${address.port}`
    const hint = call === 'setsockopt' ? 'transparent listeners need the capability NET_ADMIN' : undefined
    return new MizzenError('cannot-listen', `${place}: ${call}: ${this.#reason()}`, { path: 'address', hint })
  }

  #reason(): string {
    return getSystemErrorName(-this.#errno())
  }
}

/** struct sockaddr_in or sockaddr_in6: the family is in the machine's byte order, all else in the network's. */
function readAddress(bytes: Buffer): Address | undefined {
  const family = bytes.readUInt16LE(0)
  if (family === AF_INET) return { host: ipText(bytes, 4, 4), port: bytes.readUInt16BE(2) }
  if (family === AF_INET6) return { host: ipText(bytes, 8, 16), port: bytes.readUInt16BE(2) }
  return undefined
}

/** Throws MizzenError `cannot-listen` for what is neither an IP address nor a path that fits. */
function writeAddress(address: Address): Buffer {
  if (isPipe(address)) return writePath(pipePath(address))
  const ip = ipBytes(address.host)
  if (ip === undefined) throw new MizzenError('cannot-listen', `${address.host} is no IP address`)
  const v6 = ip.length === 16
  const bytes = Buffer.alloc(v6 ? ADDRESS_BYTES : 16)
  bytes.writeUInt16LE(v6 ? AF_INET6 : AF_INET, 0)
  bytes.writeUInt16BE(address.port, 2)
  ip.copy(bytes, v6 ? 8 : 4)
  return bytes
}

/** struct sockaddr_un: a path ends with NUL, an abstract name with its last byte. */
function writePath(path: string): Buffer {
  const name = Buffer.from(path.startsWith('\0') ? path : `${path}\0`)
  if (name.length > MAX_PATH_BYTES) throw new MizzenError('cannot-listen', `${path}: is too long for a socket's path`)
  const family = Buffer.alloc(2)
  family.writeUInt16LE(AF_UNIX, 0)
  return Buffer.concat([family, name])
}
