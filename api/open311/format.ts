import { XMLBuilder } from 'fast-xml-parser'
import type { FastifyReply } from 'fastify'

/** XML is what every server of the standard speaks, and what is sent to whoever does not say. */
export type Format = 'xml' | 'json'

const TYPES = {
  xml: 'text/xml; charset=utf-8',
  json: 'application/json; charset=utf-8',
} as const

/** The format that the last part of an address ends in; undefined where it names another one. */
export function formatOf(url: string): Format | undefined {
  const path = url.split('?', 1)[0] as string
  const [, ending] = /\.([A-Za-z0-9]+)$/.exec(path) ?? []
  if (ending === undefined) return 'xml'
  return ending === 'xml' || ending === 'json' ? ending : undefined
}

/** A name in an address without its format. */
export const withoutFormat = (name: string): string => name.replace(/\.(?:xml|json)$/, '')

export interface Open311Document {
  /** The outermost element of XML. */
  readonly root: Container | 'discovery' | 'service_definition'
  readonly value: readonly object[] | object
}

/** Elements that hold a list, with the element of each of its items. In JSON they are the list. */
const ITEMS = {
  services: 'service',
  attributes: 'attribute',
  values: 'value',
  service_requests: 'request',
  errors: 'error',
  endpoints: 'endpoint',
  formats: 'format',
} as const
type Container = keyof typeof ITEMS

const builder = new XMLBuilder({ suppressEmptyNode: false })

/** What XML cannot hold, however it is written. */
const NOT_XML = /(?![\t\n\r])[\p{Cc}\uFFFE\uFFFF]/gu

function toXml({ root, value }: Open311Document): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n${builder.build({ [root]: element(root, value) })}`
}

function element(name: string, value: unknown): unknown {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) {
    const item = ITEMS[name as Container]
    return value.length === 0 ? '' : { [item]: value.map((each) => element(item, each)) }
  }
  if (typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, element(key, inner)]),
    )
  }
  return typeof value === 'string' ? value.toWellFormed().replaceAll(NOT_XML, '') : value
}

/** Answers in the format that was asked for. */
export const sendDocument = (
  reply: FastifyReply,
  format: Format,
  document: Open311Document,
): FastifyReply =>
  reply
    .type(TYPES[format])
    .send(format === 'xml' ? toXml(document) : JSON.stringify(document.value))
