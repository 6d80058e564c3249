/** A value, or any one of several. */
export type OneOf<Value> = Value | readonly Value[]

/** Which devices something is for. Every part that is given must fit. */
export interface DeviceSelector {
  readonly device?: OneOf<string> | undefined
  readonly group?: OneOf<string> | undefined
  /** Six digits: of the unit grid, else of the part. */
  readonly district?: OneOf<string> | undefined
  /** A unit grid by its 15 digits, or all of a street (9 digits) or community (12). */
  readonly grid?: OneOf<string> | undefined
  /** Four digits: major and minor of the part the device sits on. */
  readonly partClass?: OneOf<string> | undefined
  /** Attributes of the device by name. */
  readonly attributes?: Readonly<Record<string, OneOf<string | number | boolean>>> | undefined
}
