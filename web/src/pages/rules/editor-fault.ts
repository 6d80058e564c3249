/** What is wrong with a text, at a line of it where that is known. */
export interface EditorFault {
  readonly sentence: string
  /** From 1. */
  readonly line?: number
  readonly column?: number
}
