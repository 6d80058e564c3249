import { BUSIEST } from './day-shape.ts'

const LITRES_A_DAY = 230
/** What seeps in through joints, beside the mean of what people make. */
const SEEPAGE_SHARE = 0.1

/** The mean of what one person sends down. */
export const M3_S_PER_PERSON = LITRES_A_DAY / 1_000 / 86_400
export const SEEPAGE_M3_S_PER_PERSON = M3_S_PER_PERSON * SEEPAGE_SHARE
/** What foul sewers are built for. */
export const DESIGN_M3_S_PER_PERSON = M3_S_PER_PERSON * BUSIEST + SEEPAGE_M3_S_PER_PERSON
/** Ground water in storm sewers, off a square metre. */
export const STORM_SEEPAGE_M_S = 1.5e-8
/** Of the rain, what reaches the foul sewers through covers and wrong connections. */
export const WRONG_SHARE = 0.004
