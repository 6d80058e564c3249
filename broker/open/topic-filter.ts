import { TOPIC_PREFIX } from '#model/topic.ts'

/** More levels than anybody needs: each may be a place in the tree of subscriptions. */
const LEVELS_MAX = 201

/** Whether a text is a topic filter: wildcards stand alone in a level, `#` in the last (MQTT 4.7.1). */
export function isTopicFilter(text: string): boolean {
  if (text === '' || isTooDeep(text)) return false
  const levels = text.split('/')
  return levels.every((level, index) => {
    if (level === '#') return index === levels.length - 1
    return level === '+' || !/[+#]/.test(level)
  })
}

export const isTooDeep = (topic: string): boolean =>
  topic.split('/', LEVELS_MAX + 1).length > LEVELS_MAX

/**
 * Whether every topic that matches `inner` matches `outer` too; a topic is a filter that only it
 * matches. A wildcard at the beginning stands for no topic of the server's, those with a `$`
 * (MQTT-4.7.2-1); `a/#` is of `a` too.
 */
export function coversFilter(outer: string, inner: string): boolean {
  if (/^[+#]/.test(outer) && inner.startsWith('$')) return false
  const wide = outer.split('/')
  const narrow = inner.split('/')
  for (const [index, level] of wide.entries()) {
    if (level === '#') return true
    const other = narrow[index]
    if (other === undefined || other === '#') return false
    if (level !== '+' && level !== other) return false
  }
  return narrow.length === wide.length
}

const [DEVICE_ROOT] = TOPIC_PREFIX.split('/')

/** Whether a topic, or a filter by name, is below the root of the topics of devices. */
export const isOfDevices = (filter: string): boolean => filter.split('/', 1)[0] === DEVICE_ROOT
