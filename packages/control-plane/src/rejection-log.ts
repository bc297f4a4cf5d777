import type { Logger } from '@mizzen/base'
import type { StatusEvent } from '@mizzen/xds'
import { proxyIdentity } from './proxy-identity.ts'
import { xdsTypeName } from './xds-type-name.ts'

/** Says who connects and leaves, and each refusal of a proxy once, with the objects that the refused resources come from. */
export class RejectionLog {
  readonly #logger: Logger
  readonly #said = new Map<string, ReadonlySet<string>>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  update({ type, status }: StatusEvent): void {
    const { node, rejections } = status
    const before = this.#said.get(node.id)
    // As nearly always: of each change hundreds of proxies say this twice.
    if (type === 'updated' && rejections.length === 0 && before?.size === 0) return
    const proxy = proxyIdentity(node).name
    if (type !== 'updated') this.#logger.info(`${proxy} ${type}`, { id: node.id, mode: status.mode })
    const now = new Set<string>()
    for (const { typeUrl, message, origins } of rejections) {
      const said = `${typeUrl}\n${message}`
      now.add(said)
      if (before?.has(said)) continue
      this.#logger.warn(`${proxy} refused ${xdsTypeName(typeUrl)}: ${message}`, { objects: origins.join(',') })
    }
    if (type === 'disconnected') this.#said.delete(node.id)
    else this.#said.set(node.id, now)
  }
}
