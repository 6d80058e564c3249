import { Rejected } from '#model/error.ts'
import { coversFilter, isOfDevices, isTooDeep, isTopicFilter } from './topic-filter.ts'

/** What open clients may use: the filters of MQTT_OPEN_TOPICS, and never the topics of devices. */
export class OpenTopics {
  readonly #filters: readonly string[]

  /** @throws Rejected `bad-configuration` */
  constructor(filters: readonly string[]) {
    for (const filter of filters) {
      const fault = faultOf(filter)
      if (fault) throw new Rejected('bad-configuration', `MQTT_OPEN_TOPICS: ${fault}`)
    }
    this.#filters = filters
  }

  mayPublish(topic: string): boolean {
    return (
      !isOfDevices(topic) &&
      !isTooDeep(topic) &&
      this.#filters.some((filter) => coversFilter(filter, topic))
    )
  }

  /** Only what lies whole within one of the filters. */
  maySubscribe(filter: string): boolean {
    return !isOfDevices(filter) && this.#filters.some((open) => coversFilter(open, filter))
  }
}

function faultOf(filter: string): string | undefined {
  if (!isTopicFilter(filter)) return `${JSON.stringify(filter)} is no topic filter`
  if (filter.startsWith('$SYS')) return `${JSON.stringify(filter)} is of the server itself`
  if (isOfDevices(filter))
    return `${JSON.stringify(filter)} is of devices, whose topics stay closed`
  return undefined
}
