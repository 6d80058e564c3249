import { findKind } from '#model/kinds.ts'
import type { Patient } from './ailment.ts'

/** Whether it has a receiver that can be wrong. */
export const moves = ({ device }: Patient): boolean => findKind(device.kind)?.mobile === true
