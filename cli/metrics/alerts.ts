/** When somebody is to be told. */
export interface Alert {
  readonly name: string
  readonly severity: 'page' | 'ticket'
  readonly expr: string
  /** How long it must hold. */
  readonly lasts: string
  readonly en: string
  readonly zh: string
  /** What to do. */
  readonly remedy: string
}

/** Rules for Prometheus: `page` is for the night, `ticket` for the next working day. */
export const ALERTS: readonly Alert[] = [
  {
    name: 'WanmiDown',
    severity: 'page',
    expr: 'absent(wanmi_rules_in_force)',
    lasts: '2m',
    en: 'No Wanmi is scraped.',
    zh: '未采集到任何 Wanmi 实例。',
    remedy:
      'Is the process there? `wanmi doctor` on its machine. Devices keep what they measure and send it later.',
  },
  {
    name: 'WanmiCommitsFail',
    severity: 'page',
    expr: 'sum by (job) (increase(wanmi_commit_failures_total[5m])) > 0',
    lasts: '2m',
    en: 'Commits fail: nothing is acknowledged until one succeeds.',
    zh: '提交失败：恢复之前不会确认任何消息。',
    remedy: 'Look at the database: reachable, disk, connections. `wanmi doctor`.',
  },
  {
    name: 'WanmiNothingAcknowledged',
    severity: 'page',
    expr: 'sum by (job) (wanmi_pending_messages) > 0 and sum by (job) (rate(wanmi_messages_acknowledged_total[5m])) == 0 and sum by (job) (rate(wanmi_messages_best_effort_total[5m])) == 0',
    lasts: '2m',
    en: 'Messages wait and none is committed.',
    zh: '有消息等待提交，但没有任何提交。',
    remedy: 'As WanmiCommitsFail; the log says what it waits for.',
  },
  {
    name: 'WanmiCommitsSlow',
    severity: 'ticket',
    expr: 'histogram_quantile(0.99, sum by (job, le) (rate(wanmi_commit_seconds_bucket[5m]))) > 1',
    lasts: '10m',
    en: 'One commit in a hundred takes more than a second.',
    zh: '百分之一的提交超过一秒。',
    remedy: 'The disk of the database, its checkpoints, somebody else’s queries.',
  },
  {
    name: 'WanmiBacklogLarge',
    severity: 'page',
    expr: 'sum by (job) (wanmi_pending_bytes) > 200e6',
    lasts: '5m',
    en: 'More than 200 MB wait for their commit; at INGEST_PENDING_MAX_BYTES clients are not read.',
    zh: '待提交数据超过 200 MB；达到 INGEST_PENDING_MAX_BYTES 后将停止读取。',
    remedy: 'As WanmiCommitsSlow.',
  },
  {
    name: 'WanmiSpoolBlocked',
    severity: 'page',
    expr: 'max by (job) (wanmi_spool_blocked) > 0',
    lasts: '1m',
    en: 'The spool is full or its disk fails while the database is away: nothing is acknowledged.',
    zh: '数据库不可用期间，缓冲文件已满或磁盘故障：不再确认任何消息。',
    remedy: 'Bring the database back, or make room on the disk of the spool: docs/spool.md.',
  },
  {
    name: 'WanmiSpooling',
    severity: 'ticket',
    expr: 'max by (job) (wanmi_spool_oldest_seconds) > 300',
    lasts: '5m',
    en: 'Messages have been in the spool for more than five minutes.',
    zh: '消息在缓冲文件中停留超过五分钟。',
    remedy: 'The database is away or drains slowly: `wanmi doctor`.',
  },
  {
    name: 'WanmiCertificateEnds',
    severity: 'ticket',
    expr: 'wanmi_tls_end_timestamp_seconds - time() < 1209600',
    lasts: '1h',
    en: 'What {{ $labels.setting }} names ends within two weeks.',
    zh: '{{ $labels.setting }} 指定的证书或列表将在两周内到期。',
    remedy: 'Put a new file in its place; it is taken up without a restart.',
  },
  {
    name: 'WanmiDevicesGone',
    severity: 'page',
    expr: 'sum by (job) (wanmi_mqtt_connections) < 0.5 * sum by (job) (wanmi_mqtt_connections offset 1h) and sum by (job) (wanmi_mqtt_connections offset 1h) > 20',
    lasts: '5m',
    en: 'Half of the devices that were connected an hour ago are not.',
    zh: '与一小时前相比，半数以上设备已断开。',
    remedy: 'The network towards the devices, the listener, its certificate.',
  },
  {
    name: 'WanmiDevicesRefused',
    severity: 'ticket',
    expr: 'sum by (job, reason) (rate(wanmi_mqtt_connections_refused_total[10m])) > 1',
    lasts: '10m',
    en: 'More than one connection a second is turned away: {{ $labels.reason }}.',
    zh: '每秒有一个以上连接被拒绝：{{ $labels.reason }}。',
    remedy:
      'The log names the devices. Wrong secrets after an import, a limit that is too low, or somebody who guesses.',
  },
  {
    name: 'WanmiTakeovers',
    severity: 'ticket',
    expr: 'sum by (job) (increase(wanmi_mqtt_takeovers_total[15m])) > 100',
    lasts: '15m',
    en: 'Devices push each other out: two may share one identity.',
    zh: '设备相互挤占连接：可能有两台设备使用同一身份。',
    remedy: '/api/v1/takeovers names the last hundred.',
  },
  {
    name: 'WanmiQuarantineGrows',
    severity: 'ticket',
    expr: 'sum by (job) (rate(wanmi_messages_quarantined_total[15m])) > 0.05 * (sum by (job) (rate(wanmi_messages_received_total[15m])) > 0)',
    lasts: '15m',
    en: 'More than one message in twenty goes to the quarantine.',
    zh: '超过二十分之一的消息进入隔离区。',
    remedy:
      '`wanmi quarantine list`: a new firmware, a clock, a mapping that is wrong. What is put right is replayed.',
  },
  {
    name: 'WanmiNoRules',
    severity: 'page',
    expr: 'wanmi_rules_in_force == 0',
    lasts: '5m',
    en: 'No rule is in force: no case is opened.',
    zh: '没有生效的规则：不会产生案件。',
    remedy: '`wanmi rules list`.',
  },
  {
    name: 'WanmiWindowsReread',
    severity: 'ticket',
    expr: 'sum by (job) (rate(wanmi_rules_windows_reread_total[10m])) > 10',
    lasts: '30m',
    en: 'Windows of rules do not fit into memory: those of {{ $value }} devices a second are read from the database.',
    zh: '规则时间窗数据超出内存上限：每秒从数据库重新读取 {{ $value }} 台设备的数据。',
    remedy:
      'Raise RULES_WINDOWS_MAX_BYTES and the heap of Node, shorten the longest windows, or have devices report less often.',
  },
  {
    name: 'WanmiRulesCold',
    severity: 'ticket',
    expr: 'wanmi_rules_warm == 0',
    lasts: '30m',
    en: 'Devices are still being recalled: nobody is found silent.',
    zh: '设备状态仍在恢复：暂不判定失联。',
    remedy: 'The database is slow, or there are more devices than memory holds.',
  },
  {
    name: 'WanmiRequestsFail',
    severity: 'ticket',
    expr: 'sum by (job) (rate(wanmi_http_request_seconds_count{status=~"5.."}[5m])) > 0.05 * (sum by (job) (rate(wanmi_http_request_seconds_count[5m])) > 0)',
    lasts: '10m',
    en: 'One request in twenty fails.',
    zh: '二十分之一的请求失败。',
    remedy: 'The log has the cause beside the request id.',
  },
  {
    name: 'WanmiNoticesLate',
    severity: 'ticket',
    expr: 'wanmi_webhook_oldest_pending_seconds > 900',
    lasts: '5m',
    en: 'Another system has not been told for a quarter of an hour.',
    zh: '有系统已超过一刻钟未收到通知。',
    remedy: 'Its address, its answers: the deliveries of the webhook say what it answered.',
  },
  {
    name: 'WanmiDeadLetters',
    severity: 'ticket',
    expr: 'wanmi_webhook_notices{state="dead"} > 0',
    lasts: '5m',
    en: 'Notices were given up.',
    zh: '有通知已放弃投递。',
    remedy: 'Send them again when the other system is well.',
  },
  {
    name: 'WanmiHolidaysUnknown',
    severity: 'ticket',
    expr: 'max by (job) (wanmi_calendar_years_missing) > 0',
    lasts: '1d',
    en: 'The holidays of a year that should be known are not: limits count only weekends.',
    zh: '缺少应知年度的节假日：时限仅按周末计算。',
    remedy: 'Import the notice of the year: docs/work-time.md.',
  },
  {
    name: 'WanmiEventLoopLate',
    severity: 'ticket',
    expr: 'nodejs_eventloop_lag_p99_seconds{job=~".*wanmi.*"} > 0.5',
    lasts: '10m',
    en: 'The event loop is half a second late: every device waits.',
    zh: '事件循环延迟半秒：所有设备都在等待。',
    remedy: 'CPU of the process, memory, and what the log says of that time.',
  },
  {
    name: 'WanmiFilesShort',
    severity: 'page',
    expr: 'process_open_fds{job=~".*wanmi.*"} > 0.9 * process_max_fds{job=~".*wanmi.*"}',
    lasts: '5m',
    en: 'Nine tenths of the open files a process may have are in use: connections will be refused.',
    zh: '打开文件数已达上限的九成：即将无法接受新连接。',
    remedy: 'Raise the limit (LimitNOFILE=), `wanmi doctor`.',
  },
]
