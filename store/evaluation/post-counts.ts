import type { CountName } from '#model/evaluation/evaluation-count.ts'
import type { EvaluatedPost } from '#model/evaluation/evaluation-subject.ts'

/** Over the deeds of one account at one case. */
const did = (...deeds: readonly string[]): string =>
  `bool_or(deed in (${deeds.map((deed) => `'${deed}'`).join(', ')}))`
const inTime = (deed: string): string => `${did(deed)} and not bool_or(deed = '${deed}' and late)`
const marked = (deed: string): string => `bool_or(deed = '${deed}' and mark)`

/** Which cases are counted for an account, of the deeds it did at them. */
export const POST_COUNTS: Readonly<
  Record<EvaluatedPost, Readonly<Partial<Record<CountName, string>>>>
> = {
  inspector: {
    reports: did('reported'),
    accepted: marked('reported'),
    missed: did('missed'),
    preVerifications: did('pre-verified'),
    preVerifiedOnTime: inTime('pre-verified'),
    postChecks: did('post-checked'),
    postCheckedOnTime: inTime('post-checked'),
  },
  acceptor: {
    volume: 'true',
    verificationsSent: did('pre-verification-asked'),
    verificationsSentOnTime: inTime('pre-verification-asked'),
    checksSent: did('post-check-asked'),
    checksSentOnTime: inTime('post-check-asked'),
  },
  'duty-officer': {
    filed: did('filed'),
    filedOnTime: inTime('filed'),
    voided: marked('filed'),
    closings: did('closed'),
    closingsOnTime: inTime('closed'),
  },
  dispatcher: {
    volume: 'true',
    dispatchesOnTime: inTime('dispatched'),
    dispatchesReturned: marked('dispatched'),
  },
}
