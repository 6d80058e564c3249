-- What tells this database from others: a spool is drained only into the one it was written for.
CREATE TABLE database_identity (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  id uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO database_identity DEFAULT VALUES;

-- How far each spool is drained, written in the commits that drain it: after a crash nothing is
-- drained twice. `generation` is of the process that wrote the spool.
CREATE TABLE spool_mark (
  generation uuid PRIMARY KEY,
  record bigint NOT NULL,
  drained_at timestamptz NOT NULL
);
