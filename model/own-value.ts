/**
 * What a table has under a name that somebody else chose; undefined where it has none. A plain look
 * into it would also find what every object has, such as `constructor` and `__proto__`.
 */
export const ownValue = <Value>(
  table: Readonly<Record<string, Value>>,
  name: string,
): Value | undefined => (Object.hasOwn(table, name) ? table[name] : undefined)
