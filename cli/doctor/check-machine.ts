import { readFile } from 'node:fs/promises'
import { freemem, totalmem } from 'node:os'
import type { Config } from '#runtime/config.ts'
import { heapLimits } from '#runtime/heap-limits.ts'
import { type Finding, type Findings, ok, warning } from './finding.ts'
import { sizeText } from './sizes.ts'

/** Beside connections: the database, files of rules and photos, sockets of viewers. */
const FILES_BESIDE = 500
/** Of an idle connection with TLS, generously. */
const BYTES_PER_CONNECTION = 64 * 1_024
/** The program and its own database, with nothing to do. */
const BYTES_AT_REST = 768 * 1_024 ** 2

/**
 * Of the old generation. Where all young objects together might fill it, Node collects everything instead of
 * them: seen with 192 MiB of them beside 192 MiB, and not with 48 (`npm run chaos -- --only memory`).
 */
const YOUNG_SHARE = 1 / 4
/** Two halves, and as much as one of them for large ones. */
const YOUNG_PARTS = 3

/** What the machine gives, and what Node may take of it: open files, memory and heap. */
export async function checkMachine(config: Config): Promise<Findings> {
  return [await checkFiles(config), checkMemory(config), checkHeap()]
}

async function checkFiles({ mqtt }: Config): Promise<Finding> {
  const about = 'open files'
  const needed = mqtt.connectionsMax + FILES_BESIDE
  const limit = await openFileLimit()
  if (limit === undefined) {
    return ok(
      about,
      'The limit of open files cannot be told here.',
      '无法获知本机的打开文件数上限。',
    )
  }
  return limit < needed
    ? warning(
        about,
        `A process may open ${limit} files and ${mqtt.connectionsMax} connections (MQTT_CONNECTIONS_MAX) need ${needed}: raise it (ulimit -n, LimitNOFILE=) or lower the setting.`,
        `进程最多可打开 ${limit} 个文件，而 ${mqtt.connectionsMax} 个连接（MQTT_CONNECTIONS_MAX）需要 ${needed} 个：请提高上限（ulimit -n、LimitNOFILE=）或减小该设置。`,
      )
    : ok(about, `A process may open ${limit} files.`, `进程最多可打开 ${limit} 个文件。`)
}

/** Of this process, and of a service that is started as it was; undefined outside Linux. */
async function openFileLimit(): Promise<number | undefined> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1]
  if (soft === undefined) return undefined
  return soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(soft)
}

function checkMemory({ mqtt, ingest }: Config): Finding {
  const about = 'memory'
  // A container may have less than its machine.
  const cap = process.constrainedMemory()
  const all = cap > 0 ? Math.min(cap, totalmem()) : totalmem()
  const needed = BYTES_AT_REST + ingest.pendingMaxBytes + mqtt.connectionsMax * BYTES_PER_CONNECTION
  const [allText, freeText, neededText] = [all, freemem(), needed].map(sizeText)
  return all < needed
    ? warning(
        about,
        `There are ${allText} of memory, and with every connection of MQTT_CONNECTIONS_MAX and everything of INGEST_PENDING_MAX_BYTES waiting Wanmi may take ${neededText}: lower them or add memory.`,
        `本机内存 ${allText}；若连接数达到 MQTT_CONNECTIONS_MAX 且积压达到 INGEST_PENDING_MAX_BYTES，Wanmi 可能占用 ${neededText}：请减小这些设置或增加内存。`,
      )
    : ok(
        about,
        `There are ${allText} of memory, ${freeText} free; Wanmi may take ${neededText}.`,
        `本机内存 ${allText}，空闲 ${freeText}；Wanmi 最多可能占用 ${neededText}。`,
      )
}

function checkHeap(): Finding {
  const about = 'heap'
  const { old, young } = heapLimits()
  const oldText = sizeText(old)
  if (young === null || young <= old * YOUNG_SHARE) {
    return ok(about, `The heap of Node may take ${oldText}.`, `Node 堆最多可占用 ${oldText}。`)
  }
  const youngText = sizeText(young)
  const fitting = (old * YOUNG_SHARE) / YOUNG_PARTS / 1_024 ** 2
  const half = 2 ** Math.floor(Math.log2(Math.max(1, fitting)))
  return warning(
    about,
    `The heap of Node may take ${oldText} and its young objects ${youngText}, too much to be taken over at once, so that it collects everything again and again: add --max-semi-space-size=${half}.`,
    `Node 堆最多可占用 ${oldText}，而新生代可达 ${youngText}，无法一次移入，会反复进行全堆回收：请加上 --max-semi-space-size=${half}。`,
  )
}
