/** How many devices there are among stretches, of which one device may have several. */
export class DeviceTally {
  readonly #stretches = new Map<string, number>()

  add(deviceId: string): void {
    this.#stretches.set(deviceId, (this.#stretches.get(deviceId) ?? 0) + 1)
  }

  remove(deviceId: string): void {
    const left = (this.#stretches.get(deviceId) ?? 0) - 1
    if (left > 0) this.#stretches.set(deviceId, left)
    else this.#stretches.delete(deviceId)
  }

  get devices(): number {
    return this.#stretches.size
  }
}
