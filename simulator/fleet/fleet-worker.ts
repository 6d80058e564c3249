import { parentPort, workerData } from 'node:worker_threads'
import { Broken } from '#model/error.ts'
import { systemClock } from '#runtime/clock.ts'
import { factsOf } from '#simulator/run/error-facts.ts'
import { type LiveOrder, LiveShard } from './live-shard.ts'
import type { LiveQuestion, LiveReply } from './live-thread.ts'

const port = parentPort
if (!port) throw new Broken('internal', 'a worker of a fleet runs in a thread')

const REPORT_MS = 200

const say = (reply: LiveReply): void => port.postMessage(reply, [])
let shard: LiveShard | undefined

/** Answers every question as soon as it can; a shard that was told to depart hears others. */
port.on('message', (question: LiveQuestion) => void reply(question))

async function reply(question: LiveQuestion): Promise<void> {
  const { number } = question
  try {
    const value = await answer(question)
    // What led to the answer is known before it.
    report()
    say({ number, value })
  } catch (error) {
    say({ number, error: factsOf(error) })
  }
}

async function answer(question: LiveQuestion): Promise<unknown> {
  const own = (shard ??= begin())
  switch (question.ask) {
    case 'connect':
      return own.connect()
    case 'stop':
      return own.stop()
    case 'depart':
      return own.depart(question.departure)
    case 'end':
      return own.end(question.grace)
    case 'counts':
      return own.counts(question.until)
    default:
      return own.truth(question.until, question.others)
  }
}

function begin(): LiveShard {
  const begun = new LiveShard(workerData as LiveOrder, systemClock)
  say({ lags: begun.lags })
  setInterval(report, REPORT_MS)
  return begun
}

function report(): void {
  if (!shard) return
  const { trouble, ...progress } = shard.progress()
  say({ progress: { ...progress, trouble: trouble && factsOf(trouble) } })
}
