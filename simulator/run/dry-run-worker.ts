import { parentPort, workerData } from 'node:worker_threads'
import { Broken } from '#model/error.ts'
import { factsOf } from './error-facts.ts'
import { ShardRun } from './shard-run.ts'
import { buffersOf, type ShardOrder, type ShardQuestion } from './shard-thread.ts'

const port = parentPort
if (!port) throw new Broken('internal', 'a worker of a dry run runs in a thread')

const { order, shard } = workerData as ShardOrder
let run: ShardRun | undefined

/** Answers every question with `{ value }` or `{ error }`, one after the other. */
port.on('message', (question: ShardQuestion) => {
  try {
    run ??= new ShardRun(order, shard)
    answer(run, question)
  } catch (error) {
    port.postMessage({ error: factsOf(error) }, [])
  }
})

function answer(run: ShardRun, question: ShardQuestion): void {
  if (question.ask === 'slice') {
    const value = run.next(question.spent)
    port?.postMessage({ value }, buffersOf(value))
  } else {
    const value = question.ask === 'counts' ? run.counts() : run.truth(question.others)
    port?.postMessage({ value }, [])
  }
}
