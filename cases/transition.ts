import type { Case } from '#model/case.ts'
import type { CaseCommand } from '#model/case-command.ts'
import { type CaseStep, withUploads } from './case-step.ts'
import type { CaseMoment } from './case-world.ts'
import { refuse } from './refusal.ts'
import { askPostCheck, close, postCheck, rework } from './steps/checking.ts'
import { dispatch, returnCase } from './steps/dispatching.ts'
import {
  grantExtension,
  grantParking,
  refuseExtension,
  refuseParking,
  resume,
} from './steps/extending.ts'
import { askExtension, askParking, feedBack, note, start } from './steps/handling.ts'
import { accept, askPreVerification, file, preVerify, reject } from './steps/setting-up.ts'
import { markKey, reopen, urge, voidCase } from './steps/side-ways.ts'

/** Commands that change one case; a merge and its undoing change two. */
export type LoneCommand = Exclude<CaseCommand, { name: 'merge' | 'split' }>

type Takers = {
  readonly [Name in LoneCommand['name']]: (
    current: Case,
    command: Extract<LoneCommand, { name: Name }>,
    moment: CaseMoment,
  ) => readonly CaseStep[]
}

const TAKERS: Takers = {
  accept,
  reject,
  'ask-pre-verification': askPreVerification,
  'pre-verify': preVerify,
  file,
  dispatch,
  return: returnCase,
  start,
  note,
  'feed-back': feedBack,
  'ask-post-check': askPostCheck,
  'post-check': postCheck,
  close,
  rework,
  void: voidCase,
  'ask-extension': askExtension,
  'grant-extension': grantExtension,
  'refuse-extension': refuseExtension,
  'ask-parking': askParking,
  'grant-parking': grantParking,
  'refuse-parking': refuseParking,
  resume: (current, { reason }, moment) => resume(current, reason, moment.now, moment),
  urge,
  'mark-key': markKey,
  reopen,
}

/**
 * What a command makes of a case, whoever may give it: see {@link roleFor}. Pure: the same case,
 * command and moment give the same steps.
 *
 * @throws Rejected `conflict` when the case does not allow it, `invalid-input` when the command names
 *   something that is not there
 */
export function transition(
  current: Case,
  command: LoneCommand,
  moment: CaseMoment,
): readonly CaseStep[] {
  unchanged(current, command)
  const take = TAKERS[command.name] as (
    current: Case,
    command: LoneCommand,
    moment: CaseMoment,
  ) => readonly CaseStep[]
  return withUploads(take(current, command, moment), command)
}

/** @throws Rejected `conflict` when the case is not as it was when the command was thought of */
export function unchanged(current: Case, { version }: Pick<CaseCommand, 'version'>): void {
  if (version !== undefined && version !== current.version) {
    throw refuse(
      current,
      `it has changed since version ${version}: it has version ${current.version} now`,
    )
  }
}
