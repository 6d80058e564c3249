-- Photos and documents of cases. Their bytes are in files of the same id, not in the database.

CREATE TABLE attachment (
  id uuid PRIMARY KEY,
  sha256 bytea NOT NULL CHECK (length(sha256) = 32),
  media_type text NOT NULL,
  size_bytes bigint NOT NULL,
  original_name text,
  account_id uuid,
  device_id text COLLATE "C",
  uploader_name text NOT NULL,
  uploaded_at timestamptz NOT NULL,
  shot_at timestamptz,
  lon_deg double precision,
  lat_deg double precision,
  stage text,
  case_id uuid,
  bound_at timestamptz,
  CHECK ((case_id IS NULL) = (bound_at IS NULL))
);
CREATE INDEX attachment_case ON attachment (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX attachment_unbound ON attachment (uploaded_at, id) WHERE case_id IS NULL;

-- Files that may exist though no attachment stands for them: of an upload under way, of one that a
-- crash ended, of an attachment that was given up. Noted before a file is begun, and before it is
-- removed, so that a file is never forgotten.
CREATE TABLE loose_file (
  id uuid PRIMARY KEY,
  since timestamptz NOT NULL
);
CREATE INDEX loose_file_since ON loose_file (since);
