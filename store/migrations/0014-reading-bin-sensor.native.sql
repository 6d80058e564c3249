-- only: native
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
) PARTITION BY RANGE (measured_at);

CREATE VIEW reading_bin_sensor_hourly AS
SELECT
  device_id,
  date_bin('1 hour', measured_at, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS bucket,
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
GROUP BY 1, 2;

CREATE VIEW reading_bin_sensor_daily AS
SELECT
  device_id,
  date_bin('1 day', measured_at, TIMESTAMPTZ '2000-01-01 00:00:00+08') AS bucket,
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
GROUP BY 1, 2;
