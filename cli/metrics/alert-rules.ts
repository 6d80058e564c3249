import { stringify } from 'yaml'
import { ALERTS } from './alerts.ts'

/** The file of rules for Prometheus. */
export const alertRules = (): string =>
  `# Written by \`npm run generate\` from cli/metrics/alerts.ts. For \`rule_files:\` of Prometheus.\n${stringify(
    {
      groups: [
        {
          name: 'wanmi',
          rules: ALERTS.map(({ name, severity, expr, lasts, en, zh, remedy }) => ({
            alert: name,
            expr,
            for: lasts,
            labels: { severity },
            annotations: { summary: en, summary_zh: zh, description: remedy },
          })),
        },
      ],
    },
    { lineWidth: 0 },
  )}`
