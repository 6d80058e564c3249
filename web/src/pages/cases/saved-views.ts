import { shallowRef } from 'vue'
import { type CaseFilter, FILTER_NAMES } from './case-filter.ts'

export interface SavedView {
  readonly name: string
  readonly filter: CaseFilter
}

const KEY = 'wanmi.case-views'

const isView = (view: unknown): view is SavedView =>
  typeof view === 'object' &&
  view !== null &&
  typeof (view as SavedView).name === 'string' &&
  typeof (view as SavedView).filter === 'object' &&
  Object.keys((view as SavedView).filter ?? {}).every((name) =>
    FILTER_NAMES.some((each) => each === name),
  )

function read(): readonly SavedView[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isView) : []
  } catch (error) {
    console.warn(error)
    return []
  }
}

/** Filters of cases by name, kept in this browser. */
export const savedViews = shallowRef(read())

function keep(views: readonly SavedView[]): void {
  savedViews.value = views
  localStorage.setItem(KEY, JSON.stringify(views))
}

/** Another view of the same name is replaced. */
export const saveView = (view: SavedView): void =>
  keep([...savedViews.value.filter(({ name }) => name !== view.name), view])

export const removeView = (gone: string): void =>
  keep(savedViews.value.filter(({ name }) => name !== gone))
