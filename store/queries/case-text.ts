import type { Conditions } from './conditions.ts'

/**
 * How many of the newest cases are looked through for a text before its index is asked: a text that
 * many cases have is found among them, and one that few have is found by the index quickly. The rows
 * that are read are the fewest when it is the root of a page's rows times all.
 */
export const LOOKED_THROUGH = 10_000
/** The same of those in an area, or that some other condition leaves. */
export const LOOKED_THROUGH_OF_SOME = 2_000

/** So many digits are the beginning of a number: 6 are its district. */
const NUMBER_BEGINS = /^[0-9]{6,}$/

/** Whether a text is looked for among numbers of cases, parts and other systems. */
export const isDigits = (text: string): boolean => NUMBER_BEGINS.test(text)

/** Only cases that have a text among their words, or begin with that number. */
export function addText(where: Conditions, text: string): void {
  const words = text.toLowerCase()
  const isIn = 'case_pairs(words) @> case_pairs(?) and position(? in words) > 0'
  if (!isDigits(text)) {
    where.add(isIn, words, words)
    return
  }
  where.add(
    `((number >= ? and number < ?) or part_id = ? or outside_number = ? or (${isIn}))`,
    text,
    `${text}:`,
    text,
    text,
    words,
    words,
  )
}

/** One that gives the first cases of a list, in its order. */
export interface FirstCases {
  readonly text: string
  readonly values: readonly unknown[]
  readonly order: string
}

/** Of all cases the newest are read one by one, until there are enough that have the text. */
export function firstWith({ text, values }: FirstCases, words: string, limit: number) {
  const statement = `select * from (${text}) as first
    where position($${values.length + 1} in words) > 0 limit ${limit}`
  return { text: statement, values: [...values, words.toLowerCase()] }
}

/**
 * What is bounded has to be found first, and is planned as if all of it were wanted. Each row says
 * how many were looked through; where none has the text there is one row without a case.
 */
export function firstOfSomeWith({ text, values, order }: FirstCases, words: string, limit: number) {
  const statement = `with first as materialized (${text})
    select looked.through, found.* from (select count(*) as through from first) as looked
      left join (select * from first where position($${values.length + 1} in words) > 0
        order by ${order} limit ${limit}) as found on true
    order by ${order}`
  return { text: statement, values: [...values, words.toLowerCase()] }
}
