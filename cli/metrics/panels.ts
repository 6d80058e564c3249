import { perSecond, quantile, type Row } from './panel.ts'

/**
 * What the dashboard shows. A metric that no panel here names gets one of its own in the last row:
 * `npm run generate` puts it there.
 */
export const ROWS: readonly Row[] = [
  {
    title: 'From socket to commit',
    panels: [
      {
        title: 'Messages',
        unit: 'ops',
        description:
          'Received and acknowledged run together; a gap that stays is a database that is away.',
        queries: [
          perSecond('wanmi_messages_received_total', 'received, QoS {{qos}}', 'qos'),
          perSecond('wanmi_messages_acknowledged_total', 'acknowledged'),
          perSecond('wanmi_messages_best_effort_total', 'committed, QoS 0'),
        ],
      },
      {
        title: 'Readings',
        unit: 'ops',
        description:
          'Duplicates are devices that send again what was stored: after an outage they are many.',
        queries: [
          perSecond('wanmi_readings_stored_total', 'stored'),
          perSecond('wanmi_readings_duplicate_total', 'stored before'),
        ],
      },
      {
        title: 'Time to commit',
        unit: 's',
        description:
          'From handing a batch over to its commit. Devices wait as long for their PUBACK.',
        queries: [quantile(0.5, 'wanmi_commit_seconds'), quantile(0.99, 'wanmi_commit_seconds')],
      },
      {
        title: 'Messages per commit',
        unit: 'short',
        description: 'Grows with the load; at INGEST_BATCH_MAX_MESSAGES the database is the limit.',
        queries: [quantile(0.5, 'wanmi_batch_messages'), quantile(0.95, 'wanmi_batch_messages')],
      },
      {
        title: 'Waiting for their commit',
        unit: 'short',
        description: 'Messages taken and not committed.',
        queries: [{ expr: 'sum(wanmi_pending_messages)', legend: 'messages' }],
      },
      {
        title: 'Waiting for their commit',
        unit: 'bytes',
        description: 'At INGEST_PENDING_MAX_BYTES no client is read until there is room.',
        queries: [{ expr: 'sum(wanmi_pending_bytes)', legend: 'bytes' }],
      },
      {
        title: 'Commits that failed',
        unit: 'ops',
        description: 'Each is tried again; nothing is acknowledged before it succeeds.',
        queries: [perSecond('wanmi_commit_failures_total', 'failed')],
      },
      {
        title: 'Quarantine',
        unit: 'ops',
        description: 'Messages that could not become readings, and why.',
        queries: [
          perSecond('wanmi_messages_quarantined_total', 'messages'),
          perSecond('wanmi_rejection_reasons_total', '{{reason}}', 'reason'),
        ],
      },
    ],
  },
  {
    title: 'Spool',
    panels: [
      {
        title: 'In the spool',
        unit: 'bytes',
        description: 'Acknowledged and not in the database yet: 0 while the database is there.',
        queries: [{ expr: 'sum(wanmi_spool_bytes)', legend: 'bytes' }],
      },
      {
        title: 'Age of the oldest',
        unit: 's',
        description: 'How long the database has been away, and how far draining has come.',
        queries: [{ expr: 'max(wanmi_spool_oldest_seconds)', legend: 'age' }],
      },
      {
        title: 'Blocked or damaged',
        unit: 'short',
        description: 'Blocked is 1 while nothing can be spooled: then nothing is acknowledged.',
        queries: [
          { expr: 'max(wanmi_spool_blocked)', legend: 'blocked' },
          { expr: 'max(wanmi_spool_damaged)', legend: 'damaged parts' },
        ],
      },
    ],
  },
  {
    title: 'Devices',
    panels: [
      {
        title: 'Connections',
        unit: 'short',
        description: 'Paused clients have too much waiting and are not read.',
        queries: [
          { expr: 'sum(wanmi_mqtt_connections)', legend: 'open' },
          { expr: 'sum(wanmi_mqtt_paused_clients)', legend: 'paused' },
        ],
      },
      {
        title: 'Turned away and cut off',
        unit: 'ops',
        description:
          'By reason. A takeover is the same device connecting again: many of one device are two that share an identity.',
        queries: [
          perSecond('wanmi_mqtt_connections_refused_total', 'refused: {{reason}}', 'reason'),
          perSecond('wanmi_mqtt_connections_ended_total', 'ended: {{reason}}', 'reason'),
          perSecond('wanmi_mqtt_takeovers_total', 'taken over'),
        ],
      },
    ],
  },
  {
    title: 'Rules and cases',
    panels: [
      {
        title: 'Rules',
        unit: 'short',
        description:
          'Warm is 1 when every device that may be silent is remembered; until then nobody is silent.',
        queries: [
          { expr: 'max(wanmi_rules_in_force)', legend: 'in force' },
          { expr: 'min(wanmi_rules_warm)', legend: 'warm' },
        ],
      },
      {
        title: 'Episodes and devices remembered',
        unit: 'short',
        description: 'Open episodes of single devices, and devices whose state is in memory.',
        queries: [
          { expr: 'sum(wanmi_episodes_open)', legend: 'open episodes' },
          { expr: 'sum(wanmi_devices_remembered)', legend: 'devices' },
        ],
      },
      {
        title: 'Cases and silences opened',
        unit: 'short',
        description: 'In the last hour.',
        queries: [
          { expr: 'sum(increase(wanmi_cases_opened_total[1h]))', legend: 'cases' },
          { expr: 'sum(increase(wanmi_silences_opened_total[1h]))', legend: 'silences' },
        ],
      },
      {
        title: 'Late readings',
        unit: 'ops',
        description: 'Times that the past of a device was folded again.',
        queries: [perSecond('wanmi_late_refolds_total', 'folded again')],
      },
      {
        title: 'Recalling devices',
        unit: 's',
        description: 'Time to rebuild the state of some devices from what is stored.',
        queries: [quantile(0.95, 'wanmi_recall_seconds')],
      },
      {
        title: 'Years without known holidays',
        unit: 'short',
        description: 'More than 0: import the notice of the year.',
        queries: [{ expr: 'max(wanmi_calendar_years_missing)', legend: 'years' }],
      },
    ],
  },
  {
    title: 'Outwards',
    panels: [
      {
        title: 'Requests',
        unit: 's',
        description: 'Time to answer, the slowest routes.',
        queries: [
          {
            expr: 'topk(8, histogram_quantile(0.95, sum by (le, route) (rate(wanmi_http_request_seconds_bucket[$__rate_interval]))))',
            legend: '{{route}}',
          },
        ],
      },
      {
        title: 'Answers by status',
        unit: 'ops',
        description: '5xx are ours.',
        queries: [perSecond('wanmi_http_request_seconds_count', '{{status}}', 'status')],
      },
      {
        title: 'Live feed',
        unit: 'short',
        description: 'Skipped events were replaced by newer ones for a slow viewer.',
        queries: [
          { expr: 'sum(wanmi_live_viewers)', legend: 'viewers' },
          perSecond('wanmi_live_skipped_total', 'skipped a second'),
        ],
      },
      {
        title: 'Webhooks',
        unit: 'ops',
        description: 'Attempts by what became of them.',
        queries: [perSecond('wanmi_webhook_attempts_total', '{{outcome}}', 'outcome')],
      },
      {
        title: 'Notices that wait, and dead letters',
        unit: 'short',
        description: 'A dead letter is sent again by hand.',
        queries: [{ expr: 'sum by (state) (wanmi_webhook_notices)', legend: '{{state}}' }],
      },
      {
        title: 'Oldest notice that waits',
        unit: 's',
        description: 'How far behind other systems are.',
        queries: [{ expr: 'max(wanmi_webhook_oldest_pending_seconds)', legend: 'age' }],
      },
    ],
  },
  {
    title: 'Process',
    panels: [
      {
        title: 'CPU',
        unit: 'percentunit',
        description: 'Of one core: near 1 the event loop is the limit.',
        queries: [
          { expr: 'rate(process_cpu_seconds_total[$__rate_interval])', legend: '{{instance}}' },
        ],
      },
      {
        title: 'Memory',
        unit: 'bytes',
        description: 'Resident, and what of it is the heap.',
        queries: [
          { expr: 'process_resident_memory_bytes', legend: 'resident' },
          { expr: 'nodejs_heap_size_used_bytes', legend: 'heap' },
        ],
      },
      {
        title: 'Event loop',
        unit: 's',
        description: 'How late the event loop is. Tens of milliseconds are felt by every device.',
        queries: [{ expr: 'nodejs_eventloop_lag_p99_seconds', legend: 'p99' }],
      },
      {
        title: 'Open files',
        unit: 'short',
        description: 'Sockets among them; beside the limit of the process.',
        queries: [
          { expr: 'process_open_fds', legend: 'open' },
          { expr: 'process_max_fds', legend: 'limit' },
        ],
      },
    ],
  },
]
