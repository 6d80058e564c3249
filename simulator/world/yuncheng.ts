import type { Place } from '#model/place.ts'

/**
 * Yanhu District of Yuncheng (运城市盐湖区), Shanxi, around the crossing of 河东街 and 解放路: its
 * code (GB/T 2260), its subdistricts (街道) with their codes, and its main streets in the order in
 * which they lie. Blocks and lanes between them are made from the seed.
 */
export const DISTRICT = '140802'
export const DISTRICT_NAME = '盐湖区'
export const MIDDLE: Place = { lon_deg: 111.007, lat_deg: 35.026 }

/** The edition of the class catalogue its part codes are of. */
export const EDITION = 'yuncheng'

/** The old town's streets do not run exactly by the compass. */
export const TURN_DEG = 1.6

export interface MainStreet {
  /** Without its ending: 河东 of 河东东街 and 河东西街. */
  readonly base: string
  readonly ending: string
  /** Whether it is named by halves: 东街 and 西街, 北路 and 南路. */
  readonly halves: boolean
}

const street = (base: string, ending = '街', halves = true): MainStreet => ({
  base,
  ending,
  halves,
})

/** West to east, north end to south end. `CENTRE` of them is the line east_m = 0. */
export const ACROSS: readonly MainStreet[] = [
  street('涑水'),
  street('复旦'),
  street('禹都', '大道', false),
  street('河东'),
  street('红旗'),
  street('工农'),
  street('条山'),
  street('铺安', '街', false),
]
/** South to north, west end to east end. */
export const UPRIGHT: readonly MainStreet[] = [
  street('凤凰', '路'),
  street('圣惠', '路'),
  street('人民', '路'),
  street('解放', '路'),
  street('槐东', '路'),
  street('中银', '大道', false),
  street('学苑', '路', false),
  street('韩信', '路', false),
]
/** 河东街 and 解放路: where the middle is and the halves of the names part. */
export const CENTRE = 3

export interface Subdistrict {
  readonly code: string
  readonly name: string
}

/** By thirds of the city: rows north to south, in a row west to east. */
export const SUBDISTRICTS: readonly (readonly Subdistrict[])[] = [
  [
    { code: '008', name: '姚孟街道' },
    { code: '005', name: '北城街道' },
    { code: '006', name: '安邑街道' },
  ],
  [
    { code: '003', name: '西城街道' },
    { code: '001', name: '中城街道' },
    { code: '002', name: '东城街道' },
  ],
  [
    { code: '003', name: '西城街道' },
    { code: '004', name: '南城街道' },
    { code: '007', name: '大渠街道' },
  ],
]

/** Numerals of lanes and of streets beyond the named ones. */
export const numeral = (value: number): string => {
  const digits = ['', '一', '二', '三', '四', '五', '六', '七', '八', '九']
  const tens = Math.floor(value / 10)
  const ten = tens === 0 ? '' : `${tens === 1 ? '' : digits[tens]}十`
  return `${ten}${digits[value % 10]}`
}
