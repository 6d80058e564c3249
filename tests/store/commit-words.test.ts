import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { silentLogger } from '#runtime/logger.ts'
import { openCommitter } from '#store/committer.ts'
import { openDatabase } from '#store/database.ts'
import { freshDatabase } from '#tests/support/database.ts'
import { COMMITTER_OPTIONS } from './committer-harness.ts'
import { change, commit, episode, proposal } from './fixtures.ts'

/** Of the messages a client sends: a text that the server parses, and values for one. */
const [QUERY, PARSE, BIND] = ['Q', 'P', 'B'] as const

const CASES = 300

/** Between a client and its server; notes how long the longest message of each type was, in bytes. */
async function openListening(target: URL) {
  const longest = new Map<string, number>()
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    let heard = Buffer.alloc(0)
    // The first message has no type.
    let typeBytes = 0
    client.on('data', (bytes) => {
      heard = Buffer.concat([heard, bytes])
      while (heard.length >= typeBytes + 4) {
        const length = heard.readInt32BE(typeBytes)
        if (heard.length < typeBytes + length) break
        const type = heard.toString('latin1', 0, typeBytes)
        longest.set(type, Math.max(length, longest.get(type) ?? 0))
        heard = heard.subarray(typeBytes + length)
        typeBytes = 1
      }
    })
    client.pipe(upstream).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return { url: url.href, longest, close: () => server.close() }
}

test('what became of hundreds of cases is a value of a commit, and no text that grows with them', async () => {
  const fresh = await freshDatabase()
  const line = await openListening(new URL(fresh.url))
  const database = await openDatabase({ ...fresh.config, databaseUrl: line.url }, silentLogger)
  const committer = await openCommitter(database, COMMITTER_OPTIONS, silentLogger)
  const episodes = Array.from({ length: CASES }, (_, number) =>
    change(
      episode(number, { deviceId: `cover-${number}` }),
      proposal({ objectId: `cover-${number}`, deviceId: `cover-${number}`, partId: null }),
    ),
  )
  const { cases } = await committer.commit(commit(committer.lastNumber + 1, { episodes }))
  expect(cases).toHaveLength(CASES)
  const outcomeBytes = Buffer.byteLength(JSON.stringify(cases))
  expect(line.longest.get(BIND)).toBeGreaterThan(outcomeBytes)
  for (const type of [QUERY, PARSE]) {
    expect(line.longest.get(type) ?? 0).toBeLessThan(outcomeBytes / 10)
  }
  await committer.close()
  await database.close()
  line.close()
  await fresh.drop()
})
