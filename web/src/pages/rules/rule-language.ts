import type { Channel } from '#model/channel.ts'
import type { DeviceKind } from '#model/kind.ts'
import { findKind, KIND_NAMES } from '#model/kinds.ts'
import { api } from '#web/src/api/client.ts'
import { answerOf } from '#web/src/api/problem.ts'
import type { JsonSchema } from './json-schema.ts'

/** What rules and their tests are written in, as the service says. */
export interface RuleLanguage {
  readonly rule: JsonSchema
  readonly test: JsonSchema
  readonly schedules: readonly {
    readonly id: string
    readonly title: { readonly en: string; readonly zh: string }
  }[]
}

let asked: Promise<RuleLanguage> | undefined

/** @throws Problem; whoever asks then asks again */
export function ruleLanguage(): Promise<RuleLanguage> {
  asked ??= ask().catch((error: unknown) => {
    asked = undefined
    throw error
  })
  return asked
}

async function ask(): Promise<RuleLanguage> {
  const { ruleSchema, testSchema, schedules } = await answerOf(api.GET('/api/v1/rule-language'))
  return { rule: ruleSchema, test: testSchema, schedules }
}

/** The kinds that a document says it is for, also while it is being typed. */
export function kindsIn(text: string): readonly DeviceKind[] {
  const [, said = ''] = /^kind:((?:.*)(?:\n[ \t-].*)*)/m.exec(text) ?? []
  const names = /\bany\b/.test(said) ? KIND_NAMES : KIND_NAMES.filter((name) => said.includes(name))
  return names.flatMap((name) => findKind(name) ?? [])
}

/** Channels that every condition of the rule may look at. */
export function commonChannels(kinds: readonly DeviceKind[]): readonly Channel[] {
  const [first, ...others] = kinds
  return (first?.channels ?? []).filter(({ name }) =>
    others.every(({ channels }) => channels.some((each) => each.name === name)),
  )
}
