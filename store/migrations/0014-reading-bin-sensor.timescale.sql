-- only: timescale
-- channels of bin-sensor: fill_pct:number tilt_deg:number temperature_celsius:number battery_pct:number
-- Written by `wanmi generate` from the declaration of the kind.

CREATE TABLE reading_bin_sensor (
  device_id text COLLATE "C" NOT NULL,
  measured_at timestamptz NOT NULL,
  seq bigint NOT NULL,
  received_at timestamptz NOT NULL,
  server_clock boolean NOT NULL,
  fill_pct double precision,
  tilt_deg double precision,
  temperature_celsius double precision,
  battery_pct double precision,
  extra jsonb,
  PRIMARY KEY (device_id, measured_at, seq)
);

SELECT create_hypertable('reading_bin_sensor', 'measured_at',
  chunk_time_interval => INTERVAL '7 days', create_default_indexes => false);

ALTER TABLE reading_bin_sensor SET (
  timescaledb.compress,
  timescaledb.compress_segmentby = 'device_id',
  timescaledb.compress_orderby = 'measured_at, seq'
);

CREATE MATERIALIZED VIEW reading_bin_sensor_hourly
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
  device_id,
  time_bucket(INTERVAL '1 hour', measured_at) AS bucket,
  count(*) AS readings,
  min(fill_pct) AS fill_pct_min,
  max(fill_pct) AS fill_pct_max,
  avg(fill_pct)::double precision AS fill_pct_avg,
  count(fill_pct) AS fill_pct_count,
  min(tilt_deg) AS tilt_deg_min,
  max(tilt_deg) AS tilt_deg_max,
  avg(tilt_deg)::double precision AS tilt_deg_avg,
  count(tilt_deg) AS tilt_deg_count,
  min(temperature_celsius) AS temperature_celsius_min,
  max(temperature_celsius) AS temperature_celsius_max,
  avg(temperature_celsius)::double precision AS temperature_celsius_avg,
  count(temperature_celsius) AS temperature_celsius_count,
  min(battery_pct) AS battery_pct_min,
  max(battery_pct) AS battery_pct_max,
  avg(battery_pct)::double precision AS battery_pct_avg,
  count(battery_pct) AS battery_pct_count
FROM reading_bin_sensor
GROUP BY 1, 2
WITH NO DATA;

CREATE MATERIALIZED VIEW reading_bin_sensor_daily
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
  device_id,
  time_bucket(INTERVAL '1 day', measured_at, 'Asia/Shanghai') AS bucket,
  count(*) AS readings,
  min(fill_pct) AS fill_pct_min,
  max(fill_pct) AS fill_pct_max,
  avg(fill_pct)::double precision AS fill_pct_avg,
  count(fill_pct) AS fill_pct_count,
  min(tilt_deg) AS tilt_deg_min,
  max(tilt_deg) AS tilt_deg_max,
  avg(tilt_deg)::double precision AS tilt_deg_avg,
  count(tilt_deg) AS tilt_deg_count,
  min(temperature_celsius) AS temperature_celsius_min,
  max(temperature_celsius) AS temperature_celsius_max,
  avg(temperature_celsius)::double precision AS temperature_celsius_avg,
  count(temperature_celsius) AS temperature_celsius_count,
  min(battery_pct) AS battery_pct_min,
  max(battery_pct) AS battery_pct_max,
  avg(battery_pct)::double precision AS battery_pct_avg,
  count(battery_pct) AS battery_pct_count
FROM reading_bin_sensor
GROUP BY 1, 2
WITH NO DATA;
