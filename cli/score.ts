import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { messageOf, Rejected } from '#model/error.ts'
import { readTruth } from '#simulator/score/read-truth.ts'
import { scoreText } from '#simulator/score/score-table.ts'
import { scoreAgainst } from './score-against.ts'
import { defaultApiUrl, serviceAddress } from './service-address.ts'

/** `wanmi score`: how well the rules of a service did, against what truly happened. */
export function scoreCommand(): Command {
  return new Command('score')
    .description('score what a service found in a simulated run against its truth file')
    .argument('<truth>', 'what `wanmi simulate --truth` wrote')
    .option('--api <url>', 'where the service is (default: HTTP_PORT on this machine)')
    .option('--token <token>', 'of the service (default: ADMIN_TOKEN or DATA_DIR/admin-token)')
    .option('--json', 'the score as a JSON document')
    .action(score)
}

interface ScoreCommandOptions {
  readonly api?: string
  readonly token?: string
  readonly json?: boolean
}

async function score(file: string, options: ScoreCommandOptions): Promise<void> {
  const { api = defaultApiUrl(), token, json = false } = options
  const truth = readTruth(await readText(file), file)
  const found = await scoreAgainst(await serviceAddress(api, token), truth)
  console.log(json ? JSON.stringify(found, null, 2) : scoreText(found))
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new Rejected('invalid-input', `${file} cannot be read: ${messageOf(cause)}`, { cause })
  }
}
