import { Ajv, type ValidateFunction } from 'ajv'
import { expect } from 'vitest'

/**
 * What GeoReport v2 asks of JSON answers: which fields there must be and of which type each is, as the
 * schemas say that Open311 publishes for validation (open311/schema-validation, schema/georeport-v2).
 */
const text = { type: 'string' }
const textOrNull = { type: ['string', 'null'] }
const numberOrNull = { type: ['number', 'null'] }
const instant = { type: 'string', format: 'w3c' }
const instantOrNull = { type: ['string', 'null'], format: 'w3c' }

const listOf = (item: object) => ({ type: 'array', items: item })

const service = {
  type: 'object',
  required: ['service_code', 'service_name', 'metadata', 'type'],
  properties: {
    service_code: text,
    service_name: text,
    description: textOrNull,
    metadata: { type: 'boolean' },
    type: { enum: ['realtime', 'batch', 'blackbox'] },
    keywords: textOrNull,
    group: textOrNull,
  },
}

const definition = {
  type: 'object',
  required: ['service_code', 'attributes'],
  properties: {
    service_code: text,
    attributes: listOf({
      type: 'object',
      required: ['variable', 'code', 'datatype', 'required'],
      properties: {
        variable: { type: 'boolean' },
        code: text,
        datatype: {
          enum: ['string', 'number', 'datetime', 'text', 'singlevaluelist', 'multivaluelist'],
        },
        required: { type: 'boolean' },
        datatype_description: textOrNull,
        order: { type: ['integer', 'null'] },
        description: textOrNull,
        values: listOf({
          type: 'object',
          required: ['key', 'name'],
          properties: { key: text, name: text },
        }),
      },
    }),
  },
}

const request = {
  type: 'object',
  required: ['service_request_id', 'status', 'service_code', 'requested_datetime'],
  properties: {
    service_request_id: text,
    status: { enum: ['open', 'closed'] },
    status_notes: textOrNull,
    service_name: textOrNull,
    service_code: text,
    description: { type: ['string', 'null'], maxLength: 4_000 },
    agency_responsible: textOrNull,
    service_notice: textOrNull,
    requested_datetime: instant,
    updated_datetime: instantOrNull,
    expected_datetime: instantOrNull,
    address: textOrNull,
    address_id: textOrNull,
    zipcode: textOrNull,
    lat: numberOrNull,
    long: numberOrNull,
    media_url: { type: ['string', 'null'], format: 'uri' },
  },
  // No more than the standard names: what else a case has is nobody's business here.
  additionalProperties: false,
}

const created = {
  type: 'object',
  properties: {
    service_request_id: text,
    token: text,
    service_notice: textOrNull,
    account_id: textOrNull,
  },
  additionalProperties: false,
}

const discovery = {
  type: 'object',
  required: ['changeset', 'contact', 'key_service', 'endpoints'],
  properties: {
    changeset: text,
    contact: text,
    key_service: text,
    endpoints: {
      minItems: 1,
      ...listOf({
        type: 'object',
        required: ['specification', 'url', 'changeset', 'type', 'formats'],
        properties: {
          specification: { const: 'http://wiki.open311.org/GeoReport_v2' },
          url: { type: 'string', format: 'uri' },
          changeset: text,
          type: { enum: ['production', 'test'] },
          formats: listOf({ enum: ['text/xml', 'application/json'] }),
        },
      }),
    },
  },
}

const errors = {
  minItems: 1,
  ...listOf({
    type: 'object',
    required: ['code', 'description'],
    properties: { code: { type: ['integer', 'string'] }, description: text },
    additionalProperties: false,
  }),
}

const W3C = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/

const ajv = new Ajv({
  strict: false,
  allErrors: true,
  formats: { w3c: W3C, uri: (value) => URL.canParse(value) },
})

const SCHEMAS = {
  discovery: ajv.compile(discovery),
  services: ajv.compile(listOf(service)),
  definition: ajv.compile(definition),
  requests: ajv.compile(listOf(request)),
  created: ajv.compile({ minItems: 1, maxItems: 1, ...listOf(created) }),
  errors: ajv.compile(errors),
} satisfies Record<string, ValidateFunction>

export type Answered = keyof typeof SCHEMAS

/** Fails with every way in which an answer is not of the standard. */
export function expectValid(what: Answered, value: unknown): void {
  const validate = SCHEMAS[what]
  expect(validate(value) ? [] : validate.errors, `a valid answer: ${what}`).toEqual([])
}
