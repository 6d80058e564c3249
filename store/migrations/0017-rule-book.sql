-- The rule book: every version of every rule as it was written, which one is in force, values of
-- parameters that hold for some devices only, and who changed what. Versions and changes are added
-- and never rewritten.

CREATE TABLE rule_version (
  rule_id text COLLATE "C" NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  document text NOT NULL,
  origin text NOT NULL CHECK (origin IN ('library', 'city')),
  author text NOT NULL,
  note text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (rule_id, version)
);

-- follows_library: the city has not set its own version, so the next one that ships is put in force.
CREATE TABLE rule (
  id text COLLATE "C" PRIMARY KEY,
  version integer NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  follows_library boolean NOT NULL,
  updated_at timestamptz NOT NULL,
  FOREIGN KEY (id, version) REFERENCES rule_version (rule_id, version)
);

CREATE TABLE rule_override (
  rule_id text COLLATE "C" NOT NULL REFERENCES rule (id),
  param text COLLATE "C" NOT NULL,
  scope text NOT NULL,
  key text COLLATE "C" NOT NULL,
  value jsonb NOT NULL,
  author text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (rule_id, param, scope, key)
);

-- version: in force after the change.
CREATE TABLE rule_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rule_id text COLLATE "C" NOT NULL,
  action text NOT NULL,
  version integer NOT NULL,
  author text NOT NULL,
  note text,
  detail jsonb NOT NULL DEFAULT '{}',
  changed_at timestamptz NOT NULL
);
CREATE INDEX rule_change_rule ON rule_change (rule_id, id);

CREATE FUNCTION refuse_rewriting() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never rewritten', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER rule_version_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON rule_version
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER rule_change_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON rule_change
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
