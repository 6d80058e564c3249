-- only: timescale
-- channels of manhole-cover: tilt_deg:number lid_open:boolean level_mm:number ch4_pct_lel:number h2s_ppm:number vibration_count:integer temperature_celsius:number battery_pct:number rssi_dbm:integer
-- Written by `wanmi generate` from the declaration of the kind.

CREATE TABLE reading_manhole_cover (
  device_id text COLLATE "C" NOT NULL,
  measured_at timestamptz NOT NULL,
  seq bigint NOT NULL,
  received_at timestamptz NOT NULL,
  server_clock boolean NOT NULL,
  tilt_deg double precision,
  lid_open boolean,
  level_mm double precision,
  ch4_pct_lel double precision,
  h2s_ppm double precision,
  vibration_count integer,
  temperature_celsius double precision,
  battery_pct double precision,
  rssi_dbm integer,
  extra jsonb,
  PRIMARY KEY (device_id, measured_at, seq)
);

SELECT create_hypertable('reading_manhole_cover', 'measured_at',
  chunk_time_interval => INTERVAL '7 days', create_default_indexes => false);

ALTER TABLE reading_manhole_cover SET (
  timescaledb.compress,
  timescaledb.compress_segmentby = 'device_id',
  timescaledb.compress_orderby = 'measured_at, seq'
);

CREATE MATERIALIZED VIEW reading_manhole_cover_hourly
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
  device_id,
  time_bucket(INTERVAL '1 hour', measured_at) AS bucket,
  count(*) AS readings,
  min(tilt_deg) AS tilt_deg_min,
  max(tilt_deg) AS tilt_deg_max,
  avg(tilt_deg)::double precision AS tilt_deg_avg,
  count(tilt_deg) AS tilt_deg_count,
  min(level_mm) AS level_mm_min,
  max(level_mm) AS level_mm_max,
  avg(level_mm)::double precision AS level_mm_avg,
  count(level_mm) AS level_mm_count,
  min(ch4_pct_lel) AS ch4_pct_lel_min,
  max(ch4_pct_lel) AS ch4_pct_lel_max,
  avg(ch4_pct_lel)::double precision AS ch4_pct_lel_avg,
  count(ch4_pct_lel) AS ch4_pct_lel_count,
  min(h2s_ppm) AS h2s_ppm_min,
  max(h2s_ppm) AS h2s_ppm_max,
  avg(h2s_ppm)::double precision AS h2s_ppm_avg,
  count(h2s_ppm) AS h2s_ppm_count,
  min(vibration_count) AS vibration_count_min,
  max(vibration_count) AS vibration_count_max,
  avg(vibration_count)::double precision AS vibration_count_avg,
  count(vibration_count) AS vibration_count_count,
  min(temperature_celsius) AS temperature_celsius_min,
  max(temperature_celsius) AS temperature_celsius_max,
  avg(temperature_celsius)::double precision AS temperature_celsius_avg,
  count(temperature_celsius) AS temperature_celsius_count,
  min(battery_pct) AS battery_pct_min,
  max(battery_pct) AS battery_pct_max,
  avg(battery_pct)::double precision AS battery_pct_avg,
  count(battery_pct) AS battery_pct_count,
  min(rssi_dbm) AS rssi_dbm_min,
  max(rssi_dbm) AS rssi_dbm_max,
  avg(rssi_dbm)::double precision AS rssi_dbm_avg,
  count(rssi_dbm) AS rssi_dbm_count
FROM reading_manhole_cover
GROUP BY 1, 2
WITH NO DATA;

CREATE MATERIALIZED VIEW reading_manhole_cover_daily
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
  device_id,
  time_bucket(INTERVAL '1 day', measured_at, 'Asia/Shanghai') AS bucket,
  count(*) AS readings,
  min(tilt_deg) AS tilt_deg_min,
  max(tilt_deg) AS tilt_deg_max,
  avg(tilt_deg)::double precision AS tilt_deg_avg,
  count(tilt_deg) AS tilt_deg_count,
  min(level_mm) AS level_mm_min,
  max(level_mm) AS level_mm_max,
  avg(level_mm)::double precision AS level_mm_avg,
  count(level_mm) AS level_mm_count,
  min(ch4_pct_lel) AS ch4_pct_lel_min,
  max(ch4_pct_lel) AS ch4_pct_lel_max,
  avg(ch4_pct_lel)::double precision AS ch4_pct_lel_avg,
  count(ch4_pct_lel) AS ch4_pct_lel_count,
  min(h2s_ppm) AS h2s_ppm_min,
  max(h2s_ppm) AS h2s_ppm_max,
  avg(h2s_ppm)::double precision AS h2s_ppm_avg,
  count(h2s_ppm) AS h2s_ppm_count,
  min(vibration_count) AS vibration_count_min,
  max(vibration_count) AS vibration_count_max,
  avg(vibration_count)::double precision AS vibration_count_avg,
  count(vibration_count) AS vibration_count_count,
  min(temperature_celsius) AS temperature_celsius_min,
  max(temperature_celsius) AS temperature_celsius_max,
  avg(temperature_celsius)::double precision AS temperature_celsius_avg,
  count(temperature_celsius) AS temperature_celsius_count,
  min(battery_pct) AS battery_pct_min,
  max(battery_pct) AS battery_pct_max,
  avg(battery_pct)::double precision AS battery_pct_avg,
  count(battery_pct) AS battery_pct_count,
  min(rssi_dbm) AS rssi_dbm_min,
  max(rssi_dbm) AS rssi_dbm_max,
  avg(rssi_dbm)::double precision AS rssi_dbm_avg,
  count(rssi_dbm) AS rssi_dbm_count
FROM reading_manhole_cover
GROUP BY 1, 2
WITH NO DATA;
