type QoS = 0 | 1 | 2

interface Node<Key> {
  readonly children: Map<string, Node<Key>>
  /** Whose filter ends here, with the QoS it was granted. */
  readonly ends: Map<Key, QoS>
}

const newNode = <Key>(): Node<Key> => ({ children: new Map(), ends: new Map() })

/** Who subscribed to what: filters as paths through a tree, so that a message asks only its own. */
export class FilterTree<Key> {
  readonly #root = newNode<Key>()

  set(filter: string, key: Key, qos: QoS): void {
    let node = this.#root
    for (const level of filter.split('/')) {
      let child = node.children.get(level)
      if (!child) node.children.set(level, (child = newNode()))
      node = child
    }
    node.ends.set(key, qos)
  }

  delete(filter: string, key: Key): void {
    const levels = filter.split('/')
    const path = [this.#root]
    for (const level of levels) {
      const next = path.at(-1)?.children.get(level)
      if (!next) return
      path.push(next)
    }
    path.at(-1)?.ends.delete(key)
    // What leads nowhere any more is cut off from its end on.
    for (let depth = levels.length; depth > 0; depth--) {
      const node = path[depth] as Node<Key>
      if (node.ends.size > 0 || node.children.size > 0) return
      path[depth - 1]?.children.delete(levels[depth - 1] as string)
    }
  }

  /** Everybody with a filter that matches the topic, each with the highest QoS (MQTT-3.3.5-1). */
  match(topic: string): ReadonlyMap<Key, QoS> {
    const found = new Map<Key, QoS>()
    const levels = topic.split('/')
    this.#collect(this.#root, levels, 0, topic.startsWith('$'), found)
    return found
  }

  #collect(
    { children, ends }: Node<Key>,
    levels: readonly string[],
    depth: number,
    isReserved: boolean,
    found: Map<Key, QoS>,
  ): void {
    const mayBeWild = depth > 0 || !isReserved
    if (mayBeWild) add(children.get('#')?.ends, found)
    if (depth === levels.length) return add(ends, found)
    const exact = children.get(levels[depth] as string)
    const any = mayBeWild ? children.get('+') : undefined
    if (exact) this.#collect(exact, levels, depth + 1, isReserved, found)
    if (any) this.#collect(any, levels, depth + 1, isReserved, found)
  }
}

function add<Key>(ends: ReadonlyMap<Key, QoS> | undefined, found: Map<Key, QoS>): void {
  if (!ends) return
  for (const [key, qos] of ends) {
    const before = found.get(key)
    if (before === undefined || before < qos) found.set(key, qos)
  }
}
