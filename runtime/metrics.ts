import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/**
 * The metrics of one service. Parts get the registry's counters they need; names that outside
 * scripts rely on are fixed here.
 */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    messagesReceived: new Counter({
      name: 'wanmi_messages_received_total',
      help: 'Messages that came through the broker, by quality of service',
      labelNames: ['qos'] as const,
      registers,
    }),
    messagesAcknowledged: new Counter({
      name: 'wanmi_messages_acknowledged_total',
      help: 'Messages of QoS 1 and 2 acknowledged, each after its commit or safe in the spool',
      registers,
    }),
    messagesBestEffort: new Counter({
      name: 'wanmi_messages_best_effort_total',
      help: 'Messages of QoS 0 committed or spooled; nobody was promised anything',
      registers,
    }),
    messagesQuarantined: new Counter({
      name: 'wanmi_messages_quarantined_total',
      help: 'Messages, and items of array messages, put into the quarantine',
      registers,
    }),
    rejectionReasons: new Counter({
      name: 'wanmi_rejection_reasons_total',
      help: 'Reasons for which messages were quarantined; one message can have several',
      labelNames: ['reason'] as const,
      registers,
    }),
    readingsStored: new Counter({
      name: 'wanmi_readings_stored_total',
      help: 'Readings committed, duplicates left out',
      registers,
    }),
    readingsDuplicate: new Counter({
      name: 'wanmi_readings_duplicate_total',
      help: 'Readings that were stored before',
      registers,
    }),
    batchMessages: new Histogram({
      name: 'wanmi_batch_messages',
      help: 'Messages per commit',
      buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000],
      registers,
    }),
    commitSeconds: new Histogram({
      name: 'wanmi_commit_seconds',
      help: 'From handing a batch over to its commit',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    }),
    commitFailures: new Counter({
      name: 'wanmi_commit_failures_total',
      help: 'Commits that failed and were tried again',
      registers,
    }),
    spoolSeconds: new Histogram({
      name: 'wanmi_spool_seconds',
      help: 'From handing a batch over until it is safe in the spool',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    }),
    spoolBytes: new Gauge({
      name: 'wanmi_spool_bytes',
      help: 'Bytes of the spool on the disk',
      registers,
    }),
    spoolRecords: new Gauge({
      name: 'wanmi_spool_records',
      help: 'Batches in the spool that are not in the database yet',
      registers,
    }),
    spoolOldestSeconds: new Gauge({
      name: 'wanmi_spool_oldest_seconds',
      help: 'Age of the oldest batch in the spool; 0 when it is empty',
      registers,
    }),
    spoolBlocked: new Gauge({
      name: 'wanmi_spool_blocked',
      help: '1 while the spool is full or its disk fails: then nothing is acknowledged',
      registers,
    }),
    spoolDamaged: new Gauge({
      name: 'wanmi_spool_damaged',
      help: 'Parts of the spool that could not be read since the start and were put aside',
      registers,
    }),
    pendingMessages: new Gauge({
      name: 'wanmi_pending_messages',
      help: 'Messages waiting for their commit',
      registers,
    }),
    pendingBytes: new Gauge({
      name: 'wanmi_pending_bytes',
      help: 'Bytes of messages waiting for their commit',
      registers,
    }),
    connections: new Gauge({
      name: 'wanmi_mqtt_connections',
      help: 'Open MQTT connections',
      registers,
    }),
    connectionsRefused: new Counter({
      name: 'wanmi_mqtt_connections_refused_total',
      help: 'Connections turned away, by reason',
      labelNames: ['reason'] as const,
      registers,
    }),
    connectionsEnded: new Counter({
      name: 'wanmi_mqtt_connections_ended_total',
      help: 'Connections of devices that were let in and then cut off, by reason',
      labelNames: ['reason'] as const,
      registers,
    }),
    takeovers: new Counter({
      name: 'wanmi_mqtt_takeovers_total',
      help: 'Connections ended because the same device connected again',
      registers,
    }),
    guarded: new Counter({
      name: 'wanmi_mqtt_guarded_total',
      help: 'Times that a guard of the broker held somebody back, by guard',
      labelNames: ['guard'] as const,
      registers,
    }),
    nuisances: new Gauge({
      name: 'wanmi_mqtt_nuisances',
      help: 'Devices and addresses that a guard held back in the last minute, by guard',
      labelNames: ['guard'] as const,
      registers,
    }),
    pausedClients: new Gauge({
      name: 'wanmi_mqtt_paused_clients',
      help: 'Clients whose sockets are not read because too much of theirs waits',
      registers,
    }),
    openClients: new Gauge({
      name: 'wanmi_open_clients',
      help: 'Clients connected for open topics',
      registers,
    }),
    openSessionsKept: new Gauge({
      name: 'wanmi_open_sessions_kept',
      help: 'Sessions of open topics that outlive their connection',
      registers,
    }),
    openRetained: new Gauge({
      name: 'wanmi_open_retained_messages',
      help: 'Retained messages of open topics',
      registers,
    }),
    openBytes: new Gauge({
      name: 'wanmi_open_memory_bytes',
      help: 'Memory taken up by retained messages, queues and subscriptions of open topics',
      registers,
    }),
    openMessages: new Counter({
      name: 'wanmi_open_messages_total',
      help: 'Messages published on open topics',
      registers,
    }),
    openMessagesDropped: new Counter({
      name: 'wanmi_open_messages_dropped_total',
      help: 'Messages of open topics that went nowhere, or not to one of their clients, by reason',
      labelNames: ['reason'] as const,
      registers,
    }),
    casesOpened: new Counter({
      name: 'wanmi_cases_opened_total',
      help: 'Cases opened',
      registers,
    }),
    rulesInForce: new Gauge({
      name: 'wanmi_rules_in_force',
      help: 'Rules that are applied to what comes',
      registers,
    }),
    rulesWarm: new Gauge({
      name: 'wanmi_rules_warm',
      help: '1 when every device that may be silent is remembered; until then nobody is silent',
      registers,
    }),
    episodesOpen: new Gauge({
      name: 'wanmi_episodes_open',
      help: 'Open episodes of single devices',
      registers,
    }),
    devicesRemembered: new Gauge({
      name: 'wanmi_devices_remembered',
      help: 'Devices whose state under the rules is in memory',
      registers,
    }),
    windowBytes: new Gauge({
      name: 'wanmi_rules_window_bytes',
      help: 'Memory of the readings that windows of rules hold; at RULES_WINDOWS_MAX_BYTES they are read again',
      registers,
    }),
    windowsReread: new Counter({
      name: 'wanmi_rules_windows_reread_total',
      help: 'Times that the windows of a device were read from the database because there was no room for them',
      registers,
    }),
    silencesOpened: new Counter({
      name: 'wanmi_silences_opened_total',
      help: 'Episodes of silence opened because time passed',
      registers,
    }),
    lateRefolds: new Counter({
      name: 'wanmi_late_refolds_total',
      help: 'Times that the past of a device was folded again because readings came late',
      registers,
    }),
    recallSeconds: new Histogram({
      name: 'wanmi_recall_seconds',
      help: 'Time to rebuild the state of some devices from what is stored',
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    }),
    liveViewers: new Gauge({
      name: 'wanmi_live_viewers',
      help: 'Viewers of the live feed',
      registers,
    }),
    liveSkipped: new Counter({
      name: 'wanmi_live_skipped_total',
      help: 'Events a slow viewer of the live feed did not get because a newer one replaced them',
      registers,
    }),
    webhookAttempts: new Counter({
      name: 'wanmi_webhook_attempts_total',
      help: 'Attempts to send a notice, by what became of it: delivered, pending (again) or dead',
      labelNames: ['outcome'] as const,
      registers,
    }),
    webhookNotices: new Gauge({
      name: 'wanmi_webhook_notices',
      help: 'Notices that wait to be sent, and dead letters',
      labelNames: ['state'] as const,
      registers,
    }),
    webhookOldestSeconds: new Gauge({
      name: 'wanmi_webhook_oldest_pending_seconds',
      help: 'Age of the oldest event of which an enabled webhook has still to be told',
      registers,
    }),
    tlsEndSeconds: new Gauge({
      name: 'wanmi_tls_end_timestamp_seconds',
      help: 'When the certificate or list of a file ends, by the setting that names it',
      labelNames: ['setting'] as const,
      registers,
    }),
    calendarYearsMissing: new Gauge({
      name: 'wanmi_calendar_years_missing',
      help: 'Years whose holidays should be known and are not: of these only weekends are off',
      registers,
    }),
    httpConnectionsRefused: new Counter({
      name: 'wanmi_http_connections_refused_total',
      help: 'HTTP connections turned away or cut off, by reason',
      labelNames: ['reason'] as const,
      registers,
    }),
    httpRequestSeconds: new Histogram({
      name: 'wanmi_http_request_seconds',
      help: 'Time to answer a request, by route and status',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>

/** Has a metric brought up to date when it is scraped: meanwhile it costs nothing. */
export const onScrape = (
  metric: Gauge<never> | Gauge | Counter,
  refresh: () => void | Promise<void>,
): void => {
  Object.assign(metric, { collect: refresh })
}
