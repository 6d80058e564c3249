-- Cases of other systems: what each handed over last, and what the accounts of other systems may.

ALTER TABLE case_record ADD COLUMN outside_system text COLLATE "C";
CREATE UNIQUE INDEX case_taken_over ON case_record (outside_system, outside_number)
  WHERE outside_system IS NOT NULL;

-- record: the case as the other system told it last, with what our own rows have no place for.
-- version: of our case then, so that it can be told whether anything has happened to it here since.
CREATE TABLE outside_case (
  system text COLLATE "C" NOT NULL,
  number text COLLATE "C" NOT NULL,
  case_id uuid NOT NULL UNIQUE,
  version integer NOT NULL,
  record jsonb NOT NULL,
  handed_at timestamptz NOT NULL,
  handed_by text NOT NULL,
  PRIMARY KEY (system, number)
);

-- source: of what is reported through it. system: whose cases it may hand over; null: none.
-- reads_all: sees the status of what others reported, and not only of its own.
CREATE TABLE integration (
  account_id uuid PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  source text NOT NULL CHECK (source IN ('outside', 'hotline', 'video')),
  system text COLLATE "C" UNIQUE,
  reads_all boolean NOT NULL,
  updated_at timestamptz NOT NULL,
  updated_by text NOT NULL
);

CREATE INDEX case_report_by ON case_report (reported_by, reported_at, id)
  WHERE reported_by IS NOT NULL;

-- The case that a merged one went into in the end; itself where it was not merged.
CREATE FUNCTION case_in_the_end(merged uuid) RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  WITH RECURSIVE way (id, step) AS (
    SELECT merged, 0
    UNION ALL
    SELECT c.master_id, way.step + 1 FROM way JOIN case_record c USING (id)
    WHERE c.state = 'merged' AND c.master_id IS NOT NULL AND way.step < 100
  )
  SELECT id FROM way ORDER BY step DESC LIMIT 1
$$;
