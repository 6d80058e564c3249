-- only: native
-- channels of pipe-gauge: level_mm:number flow_l_s:number pressure_kpa:number temperature_celsius:number conductivity_us_cm:number battery_pct:number
-- Written by `wanmi generate` from the declaration of the kind.

CREATE TABLE reading_pipe_gauge (
  device_id text COLLATE "C" NOT NULL,
  measured_at timestamptz NOT NULL,
  seq bigint NOT NULL,
  received_at timestamptz NOT NULL,
  server_clock boolean NOT NULL,
  level_mm double precision,
  flow_l_s double precision,
  pressure_kpa double precision,
  temperature_celsius double precision,
  conductivity_us_cm double precision,
  battery_pct double precision,
  extra jsonb,
  PRIMARY KEY (device_id, measured_at, seq)
) PARTITION BY RANGE (measured_at);

CREATE VIEW reading_pipe_gauge_hourly AS
SELECT
  device_id,
  date_bin('1 hour', measured_at, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS bucket,
  count(*) AS readings,
  min(level_mm) AS level_mm_min,
  max(level_mm) AS level_mm_max,
  avg(level_mm)::double precision AS level_mm_avg,
  count(level_mm) AS level_mm_count,
  min(flow_l_s) AS flow_l_s_min,
  max(flow_l_s) AS flow_l_s_max,
  avg(flow_l_s)::double precision AS flow_l_s_avg,
  count(flow_l_s) AS flow_l_s_count,
  min(pressure_kpa) AS pressure_kpa_min,
  max(pressure_kpa) AS pressure_kpa_max,
  avg(pressure_kpa)::double precision AS pressure_kpa_avg,
  count(pressure_kpa) AS pressure_kpa_count,
  min(temperature_celsius) AS temperature_celsius_min,
  max(temperature_celsius) AS temperature_celsius_max,
  avg(temperature_celsius)::double precision AS temperature_celsius_avg,
  count(temperature_celsius) AS temperature_celsius_count,
  min(conductivity_us_cm) AS conductivity_us_cm_min,
  max(conductivity_us_cm) AS conductivity_us_cm_max,
  avg(conductivity_us_cm)::double precision AS conductivity_us_cm_avg,
  count(conductivity_us_cm) AS conductivity_us_cm_count,
  min(battery_pct) AS battery_pct_min,
  max(battery_pct) AS battery_pct_max,
  avg(battery_pct)::double precision AS battery_pct_avg,
  count(battery_pct) AS battery_pct_count
FROM reading_pipe_gauge
GROUP BY 1, 2;

CREATE VIEW reading_pipe_gauge_daily AS
SELECT
  device_id,
  date_bin('1 day', measured_at, TIMESTAMPTZ '2000-01-01 00:00:00+08') AS bucket,
  count(*) AS readings,
  min(level_mm) AS level_mm_min,
  max(level_mm) AS level_mm_max,
  avg(level_mm)::double precision AS level_mm_avg,
  count(level_mm) AS level_mm_count,
  min(flow_l_s) AS flow_l_s_min,
  max(flow_l_s) AS flow_l_s_max,
  avg(flow_l_s)::double precision AS flow_l_s_avg,
  count(flow_l_s) AS flow_l_s_count,
  min(pressure_kpa) AS pressure_kpa_min,
  max(pressure_kpa) AS pressure_kpa_max,
  avg(pressure_kpa)::double precision AS pressure_kpa_avg,
  count(pressure_kpa) AS pressure_kpa_count,
  min(temperature_celsius) AS temperature_celsius_min,
  max(temperature_celsius) AS temperature_celsius_max,
  avg(temperature_celsius)::double precision AS temperature_celsius_avg,
  count(temperature_celsius) AS temperature_celsius_count,
  min(conductivity_us_cm) AS conductivity_us_cm_min,
  max(conductivity_us_cm) AS conductivity_us_cm_max,
  avg(conductivity_us_cm)::double precision AS conductivity_us_cm_avg,
  count(conductivity_us_cm) AS conductivity_us_cm_count,
  min(battery_pct) AS battery_pct_min,
  max(battery_pct) AS battery_pct_max,
  avg(battery_pct)::double precision AS battery_pct_avg,
  count(battery_pct) AS battery_pct_count
FROM reading_pipe_gauge
GROUP BY 1, 2;
