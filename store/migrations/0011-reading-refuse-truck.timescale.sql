-- only: timescale
-- channels of refuse-truck: lon_deg:number lat_deg:number speed_kmh:number heading_deg:number accuracy_m:number load_kg:number lift_count:integer hopper_open:boolean ignition:boolean odometer_km:number fuel_pct:number
-- Written by `wanmi generate` from the declaration of the kind.

CREATE TABLE reading_refuse_truck (
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
  load_kg double precision,
  lift_count integer,
  hopper_open boolean,
  ignition boolean,
  odometer_km double precision,
  fuel_pct double precision,
  extra jsonb,
  PRIMARY KEY (device_id, measured_at, seq)
);

SELECT create_hypertable('reading_refuse_truck', 'measured_at',
  chunk_time_interval => INTERVAL '7 days', create_default_indexes => false);

ALTER TABLE reading_refuse_truck SET (
  timescaledb.compress,
  timescaledb.compress_segmentby = 'device_id',
  timescaledb.compress_orderby = 'measured_at, seq'
);

CREATE MATERIALIZED VIEW reading_refuse_truck_hourly
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
  device_id,
  time_bucket(INTERVAL '1 hour', measured_at) AS bucket,
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
  min(load_kg) AS load_kg_min,
  max(load_kg) AS load_kg_max,
  avg(load_kg)::double precision AS load_kg_avg,
  count(load_kg) AS load_kg_count,
  min(lift_count) AS lift_count_min,
  max(lift_count) AS lift_count_max,
  avg(lift_count)::double precision AS lift_count_avg,
  count(lift_count) AS lift_count_count,
  min(odometer_km) AS odometer_km_min,
  max(odometer_km) AS odometer_km_max,
  avg(odometer_km)::double precision AS odometer_km_avg,
  count(odometer_km) AS odometer_km_count,
  min(fuel_pct) AS fuel_pct_min,
  max(fuel_pct) AS fuel_pct_max,
  avg(fuel_pct)::double precision AS fuel_pct_avg,
  count(fuel_pct) AS fuel_pct_count
FROM reading_refuse_truck
GROUP BY 1, 2
WITH NO DATA;

CREATE MATERIALIZED VIEW reading_refuse_truck_daily
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
  device_id,
  time_bucket(INTERVAL '1 day', measured_at, 'Asia/Shanghai') AS bucket,
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
  min(load_kg) AS load_kg_min,
  max(load_kg) AS load_kg_max,
  avg(load_kg)::double precision AS load_kg_avg,
  count(load_kg) AS load_kg_count,
  min(lift_count) AS lift_count_min,
  max(lift_count) AS lift_count_max,
  avg(lift_count)::double precision AS lift_count_avg,
  count(lift_count) AS lift_count_count,
  min(odometer_km) AS odometer_km_min,
  max(odometer_km) AS odometer_km_max,
  avg(odometer_km)::double precision AS odometer_km_avg,
  count(odometer_km) AS odometer_km_count,
  min(fuel_pct) AS fuel_pct_min,
  max(fuel_pct) AS fuel_pct_max,
  avg(fuel_pct)::double precision AS fuel_pct_avg,
  count(fuel_pct) AS fuel_pct_count
FROM reading_refuse_truck
GROUP BY 1, 2
WITH NO DATA;
