-- only: native
-- channels of patrol-terminal: lon_deg:number lat_deg:number speed_kmh:number heading_deg:number accuracy_m:number on_duty:boolean sos:boolean battery_pct:number
-- Written by `wanmi generate` from the declaration of the kind.

CREATE TABLE reading_patrol_terminal (
  device_id text COLLATE "C" NOT NULL,
  measured_at timestamptz NOT NULL,
  seq bigint NOT NULL,
  received_at timestamptz NOT NULL,
  server_clock boolean NOT NULL,
  lon_deg double precision,
  lat_deg double precision,
  speed_kmh double precision,
  heading_deg double precision,
  accuracy_m double precision,
  on_duty boolean,
  sos boolean,
  battery_pct double precision,
  extra jsonb,
  PRIMARY KEY (device_id, measured_at, seq)
) PARTITION BY RANGE (measured_at);

CREATE VIEW reading_patrol_terminal_hourly AS
SELECT
  device_id,
  date_bin('1 hour', measured_at, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS bucket,
  count(*) AS readings,
  min(lon_deg) AS lon_deg_min,
  max(lon_deg) AS lon_deg_max,
  avg(lon_deg)::double precision AS lon_deg_avg,
  count(lon_deg) AS lon_deg_count,
  min(lat_deg) AS lat_deg_min,
  max(lat_deg) AS lat_deg_max,
  avg(lat_deg)::double precision AS lat_deg_avg,
  count(lat_deg) AS lat_deg_count,
  min(speed_kmh) AS speed_kmh_min,
  max(speed_kmh) AS speed_kmh_max,
  avg(speed_kmh)::double precision AS speed_kmh_avg,
  count(speed_kmh) AS speed_kmh_count,
  min(heading_deg) AS heading_deg_min,
  max(heading_deg) AS heading_deg_max,
  avg(heading_deg)::double precision AS heading_deg_avg,
  count(heading_deg) AS heading_deg_count,
  min(accuracy_m) AS accuracy_m_min,
  max(accuracy_m) AS accuracy_m_max,
  avg(accuracy_m)::double precision AS accuracy_m_avg,
  count(accuracy_m) AS accuracy_m_count,
  min(battery_pct) AS battery_pct_min,
  max(battery_pct) AS battery_pct_max,
  avg(battery_pct)::double precision AS battery_pct_avg,
  count(battery_pct) AS battery_pct_count
FROM reading_patrol_terminal
GROUP BY 1, 2;

CREATE VIEW reading_patrol_terminal_daily AS
SELECT
  device_id,
  date_bin('1 day', measured_at, TIMESTAMPTZ '2000-01-01 00:00:00+08') AS bucket,
  count(*) AS readings,
  min(lon_deg) AS lon_deg_min,
  max(lon_deg) AS lon_deg_max,
  avg(lon_deg)::double precision AS lon_deg_avg,
  count(lon_deg) AS lon_deg_count,
  min(lat_deg) AS lat_deg_min,
  max(lat_deg) AS lat_deg_max,
  avg(lat_deg)::double precision AS lat_deg_avg,
  count(lat_deg) AS lat_deg_count,
  min(speed_kmh) AS speed_kmh_min,
  max(speed_kmh) AS speed_kmh_max,
  avg(speed_kmh)::double precision AS speed_kmh_avg,
  count(speed_kmh) AS speed_kmh_count,
  min(heading_deg) AS heading_deg_min,
  max(heading_deg) AS heading_deg_max,
  avg(heading_deg)::double precision AS heading_deg_avg,
  count(heading_deg) AS heading_deg_count,
  min(accuracy_m) AS accuracy_m_min,
  max(accuracy_m) AS accuracy_m_max,
  avg(accuracy_m)::double precision AS accuracy_m_avg,
  count(accuracy_m) AS accuracy_m_count,
  min(battery_pct) AS battery_pct_min,
  max(battery_pct) AS battery_pct_max,
  avg(battery_pct)::double precision AS battery_pct_avg,
  count(battery_pct) AS battery_pct_count
FROM reading_patrol_terminal
GROUP BY 1, 2;
