-- What rules found and the cases it led to.

CREATE TABLE episode (
  id uuid PRIMARY KEY,
  device_id text COLLATE "C" NOT NULL,
  rule_id text NOT NULL,
  phenomenon text NOT NULL,
  severity text NOT NULL,
  started_at timestamptz NOT NULL,
  confirmed_at timestamptz NOT NULL,
  ended_at timestamptz,
  cleared_at timestamptz,
  withdrawn_at timestamptz,
  evidence jsonb NOT NULL,
  case_id uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX episode_device ON episode (device_id, rule_id, started_at);
CREATE INDEX episode_started ON episode (started_at, id);
CREATE INDEX episode_case ON episode (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX episode_open ON episode (id) WHERE cleared_at IS NULL AND withdrawn_at IS NULL;

CREATE TABLE case_record (
  id uuid PRIMARY KEY,
  number text COLLATE "C" NOT NULL UNIQUE,
  state text NOT NULL,
  kind text NOT NULL,
  object_id text COLLATE "C" NOT NULL,
  phenomenon text NOT NULL,
  edition text NOT NULL,
  class text NOT NULL,
  condition text NOT NULL,
  severity text NOT NULL,
  title text NOT NULL,
  device_id text COLLATE "C" NOT NULL,
  rule_id text NOT NULL,
  part_id text COLLATE "C",
  grid_code text COLLATE "C",
  district text NOT NULL,
  lon_deg double precision,
  lat_deg double precision,
  address text,
  department text,
  limit_amount double precision,
  limit_unit text,
  deadline_at timestamptz,
  reported_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
-- One open case per object and phenomenon, whatever else goes wrong.
CREATE UNIQUE INDEX case_open ON case_record (object_id, phenomenon) WHERE state IN ('reported');
CREATE INDEX case_reported ON case_record (reported_at, id);
CREATE INDEX case_device ON case_record (device_id, reported_at, id);

-- The serials of a day in a district; a number that was given is never given again.
CREATE TABLE case_serial (
  district text NOT NULL,
  date date NOT NULL,
  last integer NOT NULL,
  PRIMARY KEY (district, date)
);
