import type { DurationMs } from '#model/time.ts'
import type { Explainer } from '#monitor/explain/explainer.ts'
import type { Monitor } from '#monitor/monitor.ts'
import { CaseWatch, type CaseWatchParts } from '#monitor/verify/case-watch.ts'
import { repeat } from '#runtime/repeat.ts'
import type { CaseDesk } from '#store/cases/case-desk.ts'
import type { DeviceDirectory } from '#store/device-directory.ts'

type Parts = Pick<CaseWatchParts, 'watched' | 'history' | 'clock' | 'log'> & {
  readonly desk: Pick<CaseDesk, 'prove'>
  readonly directory: Pick<DeviceDirectory, 'find'>
  readonly explainer: Pick<Explainer, 'explain'>
  readonly monitor: Pick<Monitor, 'stateOf'>
}

/** Looks now and again at the cases whose sensor is to prove that they were put right. */
export function watchCases(parts: Parts, every: DurationMs) {
  const { desk, directory, explainer, monitor, ...rest } = parts
  const watch = new CaseWatch({
    ...rest,
    prove: (id, version, proof) => desk.prove(id, version, proof),
    device: (id) => directory.find(id),
    explain: (question) => explainer.explain(question),
    lastAt: (id) => monitor.stateOf(id)?.last?.measuredAt,
  })
  return {
    look: () => watch.look(),
    stop: repeat('sensor checks', every, () => watch.look(), parts.log),
  }
}
