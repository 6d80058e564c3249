import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { fromWgs84 } from '#model/place.ts'
import {
  TASK_OUTCOMES,
  TERMINAL_TASKS,
  TerminalTaskArgs,
  terminalTaskArgs,
  terminalTaskResult,
} from '#model/terminal-task.ts'
import { epochMs } from '#model/time.ts'

const PHOTO = '019ab0c5-7d2e-7cc1-8f52-3a6e1f9c4b7d'

describe('a task', () => {
  const TASK = {
    caseId: PHOTO,
    number: '1408022026112500042',
    task: 'pre-verify',
    title: '路面积水',
    address: '解放路18号',
    place: { lon_deg: 111.0, lat_deg: 35.02 },
    deadlineAt: epochMs(Date.UTC(2026, 10, 25, 10)),
    text: '是否有积水',
  } as const
  const fits = new Ajv({ strict: false, formats: { 'date-time': true } }).compile(TerminalTaskArgs)

  test('is told in the coordinate system of its terminal, as the document says', () => {
    for (const system of ['wgs84', 'gcj02', 'bd09'] as const) {
      const args = terminalTaskArgs(TASK, system)
      expect(args).toMatchObject({ ...fromWgs84(TASK.place, system), task: 'pre-verify' })
      expect(args.deadlineAt).toBe('2026-11-25T10:00:00.000Z')
      expect(fits(args) ? [] : fits.errors).toEqual([])
    }
  })

  test('without a place, an address or a deadline says so', () => {
    const args = terminalTaskArgs(
      { ...TASK, place: null, address: null, deadlineAt: null, text: null },
      'gcj02',
    )
    expect(args).toMatchObject({ lon_deg: null, lat_deg: null, address: null, deadlineAt: null })
    expect(fits(args) ? [] : fits.errors).toEqual([])
  })
})

describe('the answer to a task', () => {
  test('is one of its own outcomes, with text and photos where there are some', () => {
    for (const task of TERMINAL_TASKS) {
      for (const outcome of TASK_OUTCOMES[task]) {
        expect(terminalTaskResult({ outcome, text: null }, task)).toEqual({
          answer: { outcome, text: null, photos: [] },
        })
        const full = { outcome, text: ' 已恢复 ', photos: [PHOTO.toUpperCase()] }
        expect(terminalTaskResult(full, task)).toEqual({
          answer: { outcome, text: '已恢复', photos: [PHOTO] },
        })
      }
    }
  })

  test.each<[string, unknown, string]>([
    ['nothing', undefined, ''],
    ['null', null, ''],
    ['a text', 'done', ''],
    ['no outcome', {}, 'outcome'],
    ['an outcome of another task', { outcome: 'passed' }, 'outcome'],
    ['an outcome nobody knows', { outcome: 'maybe' }, 'outcome'],
    ['a field nobody knows', { outcome: 'found', note: 'x' }, 'note'],
    ['a long text', { outcome: 'found', text: 'x'.repeat(2_001) }, 'text'],
    ['a NUL', { outcome: 'found', text: 'a\0' }, 'text'],
    ['the name of a photo', { outcome: 'found', photos: ['a.jpg'] }, 'photos.0'],
  ])('is refused for %s', (_what, result, field) => {
    const read = terminalTaskResult(result, 'pre-verify')
    expect('faults' in read && read.faults.map((fault) => fault.field)).toEqual([field])
  })
})
