import type { FastifyReply } from 'fastify'
import { toProblem } from '#api/problem.ts'
import { Rejected } from '#model/error.ts'
import { type Format, sendDocument } from './format.ts'

/** The standard knows 404 for what is not there, 403 for keys, and 400 for nearly all else. */
const STATUS: Readonly<Record<number, number>> = {
  401: 403,
  403: 403,
  404: 404,
  413: 413,
  429: 429,
  500: 500,
  503: 503,
}

/** Answers with the errors of the standard. What is no error of ours shows none of its words. */
export function sendFailure(reply: FastifyReply, format: Format, error: unknown): FastifyReply {
  const { status, detail, errors } = toProblem(error)
  const code = STATUS[status] ?? 400
  const details =
    errors === undefined || errors.length === 0 ? [detail] : errors.map((each) => each.detail)
  const value = details.map((description) => ({ code, description }))
  return sendDocument(reply.code(code), format, { root: 'errors', value })
}

export const badRequest = (parameter: string, detail: string): Rejected =>
  new Rejected('invalid-input', detail, { detail: { errors: [{ parameter, detail }] } })

export const notFound = (detail: string): Rejected => new Rejected('not-found', detail)
