import { Command, Option } from 'commander'
import { examine } from './doctor/examine.ts'
import { type Findings, LEVELS, rankOf } from './doctor/finding.ts'

type Language = 'en' | 'zh'

interface DoctorOptions {
  readonly lang: Language
  readonly json?: boolean
}

const WORDS: Readonly<Record<Language, readonly string[]>> = {
  en: ['well', 'warning', 'fault'],
  zh: ['正常', '警告', '故障'],
}

/** `wanmi doctor`: what keeps Wanmi from working here, or will. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'look at ports, database, disks, clock, calendar, certificates and limits; ends with 0 when all is well, 1 with warnings, 2 with faults',
    )
    .addOption(
      new Option('--lang <language>').choices(['en', 'zh']).default(languageOf(process.env)),
    )
    .option('--json', 'every finding as JSON')
    .action(run)
}

/** Of whoever sits at the terminal. */
function languageOf(env: NodeJS.ProcessEnv): Language {
  const said = env['LC_ALL'] ?? env['LC_MESSAGES'] ?? env['LANG'] ?? ''
  return said.startsWith('zh') ? 'zh' : 'en'
}

async function run({ lang, json = false }: DoctorOptions): Promise<void> {
  const findings = await examine(process.env)
  const worst = Math.max(0, ...findings.map(rankOf))
  console.log(
    json
      ? JSON.stringify({ worst: LEVELS[worst], findings }, null, 2)
      : linesOf(findings, lang).join('\n'),
  )
  process.exitCode = worst
}

/** The worst comes last, where the eye is. */
function linesOf(findings: Findings, lang: Language): readonly string[] {
  const words = WORDS[lang]
  const width = Math.max(...words.map((word) => word.length))
  return findings
    .toSorted((one, other) => rankOf(one) - rankOf(other))
    .map((finding) => `${(words[rankOf(finding)] ?? '').padEnd(width)}  ${finding.text[lang]}`)
}
