import type { Bilingual } from './text.ts'

/** A shape that rules name: a polygon to be in, or a line to keep to. WGS-84 GeoJSON. */
export interface Area {
  /** `^[a-z0-9][a-z0-9-]{0,63}$` */
  readonly id: string
  readonly title: Bilingual
  readonly geometry: AreaGeometry
}

export type Position = readonly number[]

export type AreaGeometry =
  | { readonly type: 'Polygon'; readonly coordinates: readonly (readonly Position[])[] }
  | {
      readonly type: 'MultiPolygon'
      readonly coordinates: readonly (readonly (readonly Position[])[])[]
    }
  | { readonly type: 'LineString'; readonly coordinates: readonly Position[] }
  | { readonly type: 'MultiLineString'; readonly coordinates: readonly (readonly Position[])[] }
