import type { Pod } from '@mizzen/api'
import type { Store } from '@mizzen/store'

/** Which Pod has an address, for those that only know addresses. */
export class PodAddresses {
  readonly #byAddress = new Map<string, string>()
  readonly #end: () => void

  constructor(store: Store) {
    for (const pod of store.list('Pod')) this.#add(pod as Pod)
    this.#end = store.watch((changes) => {
      for (const { type, object } of changes) {
        if (object.kind !== 'Pod') continue
        if (type === 'deleted') this.#remove(object as Pod)
        else this.#add(object as Pod)
      }
    })
  }

  /** `pod.namespace` */
  at(address: string): string | undefined {
    return this.#byAddress.get(address)
  }

  close(): void {
    this.#end()
  }

  #add(pod: Pod): void {
    const address = pod.status?.podIP
    if (address !== undefined && address !== '') this.#byAddress.set(address, nameOf(pod))
  }

  /** Its address may be another Pod's by now. */
  #remove(pod: Pod): void {
    const address = pod.status?.podIP ?? ''
    if (this.#byAddress.get(address) === nameOf(pod)) this.#byAddress.delete(address)
  }
}

function nameOf({ metadata }: Pod): string {
  return `${metadata.name}.${metadata.namespace ?? 'default'}`
}
