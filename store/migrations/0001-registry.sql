-- Devices, the parts they sit on, and the unit grids both lie in. Identifiers are compared byte by
-- byte: they are ASCII, and an index on them must not depend on the locale of the system.

CREATE TABLE device (
  id text COLLATE "C" PRIMARY KEY,
  kind text NOT NULL,
  label text,
  lon_deg double precision,
  lat_deg double precision,
  address text,
  part_id text COLLATE "C",
  grid_code text COLLATE "C",
  device_group text,
  coordinate_system text NOT NULL DEFAULT 'wgs84',
  reporting_interval_ms integer NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  secret_hash text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((lon_deg IS NULL) = (lat_deg IS NULL))
);
CREATE INDEX device_part ON device (part_id) WHERE part_id IS NOT NULL;
CREATE INDEX device_grid ON device (grid_code) WHERE grid_code IS NOT NULL;
CREATE INDEX device_kind ON device (kind, id);
CREATE INDEX device_group ON device (device_group, id) WHERE device_group IS NOT NULL;

CREATE TABLE part (
  id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  supervising_department text,
  owning_department text,
  maintaining_department text,
  grid_code text COLLATE "C",
  state text NOT NULL DEFAULT 'intact',
  lon_deg double precision,
  lat_deg double precision,
  address text,
  note text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((lon_deg IS NULL) = (lat_deg IS NULL))
);
CREATE INDEX part_grid ON part (grid_code) WHERE grid_code IS NOT NULL;

CREATE TABLE unit_grid (
  code text COLLATE "C" PRIMARY KEY,
  district text NOT NULL,
  street text NOT NULL,
  community text NOT NULL,
  geometry jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
