import { messageOf } from '#model/error.ts'
import type { Bilingual } from '#model/text.ts'
import { type DurationMs, days, formatInstant, minus, seconds } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Metrics } from '#runtime/metrics.ts'
import { repeat } from '#runtime/repeat.ts'
import { readTlsMaterial, stampOf, type TlsFiles, type TlsMaterial } from './tls-material.ts'

export interface TlsKeeperOptions {
  readonly files: TlsFiles
  readonly clock: Clock
  readonly metrics: Metrics
  readonly log: Logger
  /** How often the files are looked at. */
  readonly every?: DurationMs
}

const EVERY = seconds(10)
/** Whoever renews certificates by hand needs some days. */
const NOTICE = days(21)

type Listener = (material: TlsMaterial) => void

/**
 * Keeps the files of a door over TLS up to date while the service runs: looks at them now and again,
 * and at once when it is told to. Files that cannot be used change nothing, and it is said.
 */
export class TlsKeeper {
  readonly #options: TlsKeeperOptions
  readonly #listeners: Listener[] = []
  #material: TlsMaterial
  #stamp: string
  /** Why the files as they are now are not the ones in use, and whether that lasts. */
  #refused: { readonly why: string; readonly lasts: boolean } | undefined
  #said: readonly string[] = []
  #work: Promise<void> = Promise.resolve()
  readonly #stop: () => Promise<void>

  private constructor(options: TlsKeeperOptions, material: TlsMaterial, stamp: string) {
    this.#options = options
    this.#material = material
    this.#stamp = stamp
    const look = (): Promise<void> => this.#inTurn(() => this.#look('a moment later'))
    this.#stop = repeat('looking at tls files', options.every ?? EVERY, look, options.log)
    this.#say()
  }

  /** @throws Rejected('bad-configuration') that names the setting at fault */
  static async open(options: TlsKeeperOptions): Promise<TlsKeeper> {
    // Before they are read: what changes meanwhile is seen at the next look.
    const stamp = await stampOf(options.files)
    return new TlsKeeper(options, await readTlsMaterial(options.files), stamp)
  }

  get material(): TlsMaterial {
    return this.#material
  }

  /** Tells of each change, after it was taken. */
  onChange(listener: Listener): void {
    this.#listeners.push(listener)
  }

  /** Reads the files again now, whether they look changed or not. */
  reload(): Promise<void> {
    this.#stamp = ''
    return this.#inTurn(() => this.#look('at once'))
  }

  /** What an administrator should see to, a sentence each. */
  warnings(): readonly Bilingual[] {
    const now = this.#options.clock.now()
    const crl = this.#options.files.crl?.setting
    const ending = this.#material.ends
      .filter(({ setting, at }) => (setting === crl ? at <= now : minus(at, NOTICE) <= now))
      .map(({ setting, at }) => {
        const day = formatInstant(at).slice(0, 10)
        if (setting === crl) {
          return {
            en: `the list of ${setting} is over since ${day}: give a newer one`,
            zh: `${setting} 的证书吊销列表已于 ${day} 过期，请更新`,
          }
        }
        return {
          en: `the certificate of ${setting} ${at <= now ? 'is over since' : 'ends on'} ${day}`,
          zh: `${setting} 的证书${at <= now ? '已' : '将'}于 ${day} 到期`,
        }
      })
    return this.#refused?.lasts === true
      ? [
          ...ending,
          {
            en: `changed TLS files are not in use: ${this.#refused.why}`,
            zh: `更换后的 TLS 文件没有生效：${this.#refused.why}`,
          },
        ]
      : ending
  }

  async close(): Promise<void> {
    await this.#stop()
    await this.#work
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work)
    return this.#work
  }

  async #look(when: 'at once' | 'a moment later'): Promise<void> {
    const { files, log } = this.#options
    const stamp = await stampOf(files)
    if (stamp !== this.#stamp) {
      try {
        this.#material = await readTlsMaterial(files)
        this.#stamp = stamp
        this.#refused = undefined
        for (const listener of this.#listeners) listener(this.#material)
        log.info({ settings: settingsOf(files) }, 'tls files are renewed')
      } catch (error) {
        const why = messageOf(error)
        // Certificate and key are written one after the other: between them the pair does not fit.
        this.#refused = { why, lasts: when === 'at once' || this.#refused?.why === why }
      }
    }
    this.#say()
  }

  /** What is new among the warnings goes to the log once. */
  #say(): void {
    const { log, metrics } = this.#options
    for (const { setting, at } of this.#material.ends) {
      metrics.tlsEndSeconds.set({ setting }, at / 1_000)
    }
    const warnings = this.warnings().map(({ en }) => en)
    for (const warning of warnings.filter((each) => !this.#said.includes(each))) {
      log.warn({ warning }, 'a tls file needs care')
    }
    this.#said = warnings
  }
}

const settingsOf = ({ cert, key, clientCa, crl }: TlsFiles): readonly string[] =>
  [cert, key, clientCa, crl].flatMap((file) => (file ? [file.setting] : []))
