import { computed, ref, shallowRef, watch } from 'vue'
import { api } from '#web/src/api/client.ts'
import { answerOf, Problem } from '#web/src/api/problem.ts'
import { me, session } from '#web/src/session/session.ts'
import { useLoaded } from '#web/src/shared/use-loaded.ts'
import { drafts, type RuleDraft } from './rule-draft.ts'

const template = (id: string): string => `id: ${id}
kind: manhole-cover
title: { en: , zh:  }
source: our default
when: 
hold: 1m
severity: warning
outcome: { case: none }
`

const testTemplate = (id: string): string => `rule: ${id}
tests:
  - name: 
    interval: 1m
    series: {  }
    episodes: []
`

/** A rule as it is in force beside what is being made of it here. */
export function useRuleWork(id: string) {
  const isEngineer = computed(() => session.is(['engineer']))
  const seesWholeCity = computed(() => {
    const scope = me.value?.scope
    return scope?.areas === null && scope.networks === null
  })
  const mayChange = computed(() => isEngineer.value && seesWholeCity.value)

  const loaded = useLoaded(async (signal) => {
    const params = { path: { id } }
    try {
      const [rule, tests] = await Promise.all([
        answerOf(api.GET('/api/v1/rules/{id}', { params, signal })),
        answerOf(api.GET('/api/v1/rules/{id}/tests', { params, signal })),
      ])
      return { rule, tests }
    } catch (error) {
      // An id that no rule has is one that is to be written.
      const isNew = error instanceof Problem && error.status === 404 && mayChange.value
      if (isNew) return { rule: null, tests: null }
      throw error
    }
  })
  const rule = computed(() => loaded.data.value?.rule ?? null)
  const version = computed(() => rule.value?.version ?? 0)
  const kept = computed(() => ({
    document: rule.value?.document ?? template(id),
    tests: loaded.data.value?.tests?.document ?? testTemplate(id),
  }))

  const document = ref('')
  const tests = ref('')
  /** What was found of an earlier time; null: nothing, or it was told enough. */
  const restored = shallowRef<RuleDraft | null>(null)
  /** In force when what is typed was begun. */
  const base = ref(0)
  let isBegun = false

  watch(loaded.data, (data) => {
    if (data === null || isBegun) return
    isBegun = true
    const draft = mayChange.value ? drafts.find(id) : null
    restored.value = draft
    base.value = draft?.base ?? version.value
    document.value = draft?.document ?? kept.value.document
    tests.value = draft?.tests ?? kept.value.tests
  })

  const isDocumentChanged = computed(() => isBegun && document.value !== kept.value.document)
  const areTestsChanged = computed(() => isBegun && tests.value !== kept.value.tests)
  const isChanged = computed(() => isDocumentChanged.value || areTestsChanged.value)
  watch([document, tests], () => {
    if (!mayChange.value) return
    if (isChanged.value) {
      drafts.keep(id, {
        document: document.value,
        tests: areTestsChanged.value ? tests.value : null,
        base: base.value,
      })
    } else drafts.drop(id)
  })

  /** Goes back to what is in force. */
  function drop(): void {
    document.value = kept.value.document
    tests.value = kept.value.tests
    base.value = version.value
    restored.value = null
    drafts.drop(id)
  }

  /** Takes what is in force now as what the draft is compared with. */
  async function look(): Promise<void> {
    await loaded.load()
    base.value = version.value
  }

  async function saveTests(): Promise<void> {
    const revision = loaded.data.value?.tests?.revision ?? 0
    const body = { document: tests.value, ifRevision: revision }
    await answerOf(api.PUT('/api/v1/rules/{id}/tests', { params: { path: { id } }, body }))
    await loaded.load()
  }

  /** @throws Problem, of status 409 when another version came into force meanwhile */
  async function publish(note: string): Promise<number> {
    const params = { path: { id } }
    const body = {
      document: document.value,
      ifVersion: base.value,
      ...(note.trim() !== '' && { note: note.trim() }),
    }
    const published = await answerOf(api.PUT('/api/v1/rules/{id}', { params, body }))
    // The draft of the tests is kept until they are stored too.
    const hasTests = areTestsChanged.value
    await loaded.load()
    base.value = published.version
    if (hasTests) await saveTests()
    drop()
    return published.version
  }

  return {
    id,
    loaded,
    rule,
    version,
    kept,
    document,
    tests,
    base,
    restored,
    isDocumentChanged,
    areTestsChanged,
    isChanged,
    isEngineer,
    seesWholeCity,
    mayChange,
    drop,
    look,
    saveTests,
    publish,
  }
}
export type RuleWork = ReturnType<typeof useRuleWork>
