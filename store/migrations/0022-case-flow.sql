-- Cases of every source on their way through the standard flow. What happened to a case is its
-- events, added and never rewritten; its row is what they come to.

DROP INDEX case_open;
ALTER TABLE case_record
  ALTER COLUMN object_id DROP NOT NULL,
  ALTER COLUMN phenomenon DROP NOT NULL,
  ALTER COLUMN edition DROP NOT NULL,
  ALTER COLUMN class DROP NOT NULL,
  ALTER COLUMN condition DROP NOT NULL,
  ALTER COLUMN device_id DROP NOT NULL,
  ALTER COLUMN rule_id DROP NOT NULL,
  ADD COLUMN version integer NOT NULL DEFAULT 1,
  ADD COLUMN source text NOT NULL DEFAULT 'device',
  ADD COLUMN description text,
  ADD COLUMN area_code text COLLATE "C" NOT NULL DEFAULT '',
  ADD COLUMN network text,
  ADD COLUMN department_id text COLLATE "C",
  ADD COLUMN outside_number text COLLATE "C",
  ADD COLUMN soon_at timestamptz,
  ADD COLUMN deadline_mark text NOT NULL DEFAULT 'none',
  ADD COLUMN handle_deadline_at timestamptz,
  ADD COLUMN original_deadline_at timestamptz,
  ADD COLUMN case_deadline_at timestamptz,
  ADD COLUMN case_soon_at timestamptz,
  ADD COLUMN case_deadline_mark text NOT NULL DEFAULT 'none',
  ADD COLUMN late_duties text[] NOT NULL DEFAULT '{}',
  ADD COLUMN next_alarm_at timestamptz,
  ADD COLUMN parked_until timestamptz,
  ADD COLUMN handle_left_ms bigint,
  ADD COLUMN case_left_ms bigint,
  ADD COLUMN state_since timestamptz,
  ADD COLUMN accepted_at timestamptz,
  ADD COLUMN pre_verified_at timestamptz,
  ADD COLUMN filed_at timestamptz,
  ADD COLUMN dispatched_at timestamptz,
  ADD COLUMN started_at timestamptz,
  ADD COLUMN fed_back_at timestamptz,
  ADD COLUMN checked_at timestamptz,
  ADD COLUMN closed_at timestamptz,
  ADD COLUMN reported_by uuid,
  ADD COLUMN accepted_by uuid,
  ADD COLUMN pre_verified_by uuid,
  ADD COLUMN filed_by uuid,
  ADD COLUMN dispatched_by uuid,
  ADD COLUMN handled_by uuid,
  ADD COLUMN checked_by uuid,
  ADD COLUMN closed_by uuid,
  ADD COLUMN inspector_id uuid,
  ADD COLUMN is_urgent boolean NOT NULL DEFAULT false,
  ADD COLUMN is_key boolean NOT NULL DEFAULT false,
  ADD COLUMN is_automatic boolean NOT NULL DEFAULT false,
  ADD COLUMN is_touched boolean NOT NULL DEFAULT false,
  ADD COLUMN extensions integer NOT NULL DEFAULT 0,
  ADD COLUMN parkings integer NOT NULL DEFAULT 0,
  ADD COLUMN returns integer NOT NULL DEFAULT 0,
  ADD COLUMN reworks integer NOT NULL DEFAULT 0,
  ADD COLUMN urgings integer NOT NULL DEFAULT 0,
  ADD COLUMN reopenings integer NOT NULL DEFAULT 0,
  ADD COLUMN joined integer NOT NULL DEFAULT 0,
  ADD COLUMN recurrences integer NOT NULL DEFAULT 0,
  ADD COLUMN request jsonb,
  ADD COLUMN master_id uuid,
  ADD COLUMN relapse_of uuid,
  ADD COLUMN watch text,
  ADD COLUMN verify_ms bigint;
-- Of a case from before: what is to be done now begins its time with the first step that is taken.
UPDATE case_record SET area_code = coalesce(grid_code, district), deadline_at = NULL,
  state_since = reported_at, verify_ms = (basis ->> 'verify_ms')::bigint;
ALTER TABLE case_record ALTER COLUMN area_code DROP DEFAULT, ALTER COLUMN state_since SET NOT NULL;

-- One open case per object and phenomenon, whatever else goes wrong.
CREATE UNIQUE INDEX case_open ON case_record (object_id, phenomenon)
  WHERE state IN ('reported', 'verifying', 'accepted', 'filed', 'dispatched', 'handling', 'parked',
    'fed-back', 'checking', 'checked');
CREATE INDEX case_object ON case_record (object_id, reported_at);
CREATE INDEX case_part ON case_record (part_id, reported_at, id) WHERE part_id IS NOT NULL;
CREATE INDEX case_state ON case_record (state, reported_at, id);
CREATE INDEX case_class ON case_record (class, reported_at, id);
CREATE INDEX case_department ON case_record (department_id, reported_at, id)
  WHERE department_id IS NOT NULL;
CREATE INDEX case_network ON case_record (network, reported_at, id) WHERE network IS NOT NULL;
CREATE INDEX case_inspector ON case_record (inspector_id, reported_at, id)
  WHERE inspector_id IS NOT NULL;
CREATE INDEX case_district ON case_record (left(area_code, 6), reported_at, id);
CREATE INDEX case_street ON case_record (left(area_code, 9), reported_at, id);
CREATE INDEX case_community ON case_record (left(area_code, 12), reported_at, id);
CREATE INDEX case_grid ON case_record (area_code, reported_at, id);
CREATE INDEX case_deadline ON case_record (deadline_at, id) WHERE deadline_at IS NOT NULL;
-- What is to be done, as it is counted: of the cases that are not over, a handful among many.
CREATE INDEX case_at_hand ON case_record (state)
  INCLUDE (area_code, department_id, network, class, deadline_mark, case_deadline_mark)
  WHERE state IN ('reported', 'verifying', 'accepted', 'filed', 'dispatched', 'handling', 'parked',
    'fed-back', 'checking', 'checked');
CREATE INDEX case_overdue ON case_record (reported_at, id)
  WHERE deadline_mark = 'overdue' OR case_deadline_mark = 'overdue';
CREATE INDEX case_alarm ON case_record (next_alarm_at, id) WHERE next_alarm_at IS NOT NULL;
CREATE INDEX case_watch ON case_record (fed_back_at) WHERE watch = 'watching';
CREATE INDEX case_master ON case_record (master_id) WHERE master_id IS NOT NULL;
CREATE INDEX case_outside ON case_record (outside_number) WHERE outside_number IS NOT NULL;
CREATE INDEX case_spot ON case_record USING gist (point(lon_deg, lat_deg)) WHERE lon_deg IS NOT NULL;

-- Texts are looked for by their pairs of characters: Chinese has no blanks between its words.
CREATE FUNCTION case_pairs(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(DISTINCT substr(words, at, 2)), '{}')
  FROM generate_series(1, length(words) - 1) AS at
$$;
ALTER TABLE case_record ADD COLUMN words text GENERATED ALWAYS AS (
  lower(title || ' ' || coalesce(description, '') || ' ' || coalesce(address, ''))
) STORED;
CREATE INDEX case_words ON case_record USING gin (case_pairs(words));

CREATE TABLE case_event (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL,
  sequence integer NOT NULL,
  at timestamptz NOT NULL,
  type text NOT NULL,
  actor_id uuid,
  actor_name text NOT NULL,
  actor_role text NOT NULL,
  origin text NOT NULL,
  reason text,
  episode_id uuid,
  detail jsonb NOT NULL DEFAULT '{}',
  changes jsonb NOT NULL DEFAULT '{}',
  UNIQUE (case_id, sequence)
);
CREATE INDEX case_event_actor ON case_event (actor_id, at) WHERE actor_id IS NOT NULL;

-- Events state instants in milliseconds since 1970.
CREATE FUNCTION case_ms(at timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT (extract(epoch FROM at) * 1000)::bigint $$;

-- What was noted before becomes events. The first of a case sets all that its row says.
INSERT INTO case_event
  (id, case_id, sequence, at, type, actor_name, actor_role, origin, episode_id, detail)
SELECT gen_random_uuid(), case_id, row_number() OVER (PARTITION BY case_id ORDER BY id), at, type,
  'Wanmi', 'system', 'rules', episode_id, detail
FROM case_note;
INSERT INTO case_event
  (id, case_id, sequence, at, type, actor_name, actor_role, origin, episode_id)
SELECT gen_random_uuid(), c.id, 1, c.reported_at, 'opened', 'Wanmi', 'system', 'rules',
  (c.basis ->> 'episodeId')::uuid
FROM case_record c WHERE NOT EXISTS (SELECT FROM case_event e WHERE e.case_id = c.id);
UPDATE case_event e SET changes = jsonb_build_object(
    'id', c.id, 'number', c.number, 'state', c.state, 'source', c.source, 'kind', c.kind,
    'objectId', c.object_id, 'phenomenon', c.phenomenon, 'edition', c.edition, 'class', c.class,
    'condition', c.condition, 'severity', c.severity, 'title', c.title, 'deviceId', c.device_id,
    'ruleId', c.rule_id, 'partId', c.part_id, 'gridCode', c.grid_code, 'district', c.district,
    'areaCode', c.area_code, 'address', c.address, 'department', c.department, 'basis', c.basis,
    'place', CASE WHEN c.lon_deg IS NOT NULL
      THEN jsonb_build_object('lon_deg', c.lon_deg, 'lat_deg', c.lat_deg) END,
    'limit', CASE WHEN c.limit_amount IS NOT NULL
      THEN jsonb_build_object('amount', c.limit_amount, 'unit', c.limit_unit) END,
    'verify_ms', c.verify_ms, 'reportedAt', case_ms(c.reported_at),
    'stateSince', case_ms(c.state_since), 'updatedAt', case_ms(c.updated_at))
FROM case_record c WHERE c.id = e.case_id AND e.sequence = 1;
UPDATE case_record c SET version = last.sequence
FROM (SELECT case_id, max(sequence) AS sequence FROM case_event GROUP BY case_id) AS last
WHERE last.case_id = c.id;
DROP TABLE case_note;

CREATE TRIGGER case_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON case_event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- What people and other systems reported, each report with the case it led to or joined.
CREATE TABLE case_report (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL,
  source text NOT NULL,
  kind text NOT NULL,
  class text,
  condition text,
  description text NOT NULL,
  lon_deg double precision,
  lat_deg double precision,
  address text,
  part_id text COLLATE "C",
  observed_at timestamptz,
  reported_at timestamptz NOT NULL,
  reported_by uuid,
  reporter_name text NOT NULL,
  outside_number text COLLATE "C",
  contact_name text,
  contact_phone text,
  attachments uuid[] NOT NULL DEFAULT '{}',
  -- One of the reporter's own: the same report twice is one.
  reporter_key text,
  is_opening boolean NOT NULL
);
CREATE INDEX case_report_case ON case_report (case_id, reported_at);
CREATE INDEX case_report_time ON case_report (reported_at, id);
CREATE UNIQUE INDEX case_report_key ON case_report (coalesce(reported_by::text, reporter_name), reporter_key)
  WHERE reporter_key IS NOT NULL;

-- How cases of a filing condition go through the flow where a city has its own way.
CREATE TABLE filing_policy (
  kind text NOT NULL,
  condition text NOT NULL,
  policy jsonb NOT NULL,
  updated_at timestamptz NOT NULL,
  updated_by text NOT NULL,
  PRIMARY KEY (kind, condition)
);

-- Which department a case is for, where the record of its part does not say: the most particular
-- of those that fit. Null fits every class, and every area.
CREATE TABLE dispatch_rule (
  id uuid PRIMARY KEY,
  kind text,
  class text,
  area_code text COLLATE "C",
  department_id text COLLATE "C" NOT NULL,
  updated_at timestamptz NOT NULL,
  updated_by text NOT NULL,
  UNIQUE NULLS NOT DISTINCT (kind, class, area_code)
);
