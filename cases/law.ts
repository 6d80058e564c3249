import { metresBetween } from './choose-inspector.ts'
import { applyEvent, BLANK_CASE } from './fold.ts'
import {
  adoptFinding,
  classReport,
  joinEpisode,
  joinReport,
  openByDevice,
  openByReport,
  raise,
  withdraw,
} from './opening.ts'
import { needsDepartment } from './outside-fields.ts'
import { reporterRole, roleFor } from './refusal.ts'
import { alarm } from './steps/alarm.ts'
import { prove } from './steps/checking.ts'
import { merge, split } from './steps/merging.ts'
import { follow, takeOver } from './steps/taking-over.ts'
import { transition, unchanged } from './transition.ts'
import { windowsOf } from './windows.ts'

/** All that the flow decides, for whoever keeps the cases. */
export const CASE_LAW = {
  blank: BLANK_CASE,
  applyEvent,
  openByDevice,
  openByReport,
  classReport,
  joinEpisode,
  adoptFinding,
  joinReport,
  raise,
  withdraw,
  roleFor,
  reporterRole,
  unchanged,
  transition,
  merge,
  split,
  alarm,
  prove,
  takeOver,
  follow,
  needsDepartment,
  metresBetween,
  windowsOf,
} as const

export type CaseLaw = typeof CASE_LAW
