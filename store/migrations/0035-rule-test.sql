-- The tests beside a rule, where the city has its own in place of those that came along. `revision`
-- rises with each writing, so that of two who write at once the second is told.
CREATE TABLE rule_test (
  rule_id text COLLATE "C" PRIMARY KEY REFERENCES rule (id),
  document text NOT NULL,
  revision integer NOT NULL CHECK (revision > 0),
  author text NOT NULL,
  updated_at timestamptz NOT NULL
);
