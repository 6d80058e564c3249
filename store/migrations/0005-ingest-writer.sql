-- Who writes readings (the epoch rises when another process takes over), which commit was the last,
-- and what came of it: a commit whose answer was lost is looked up here and never done again.

CREATE TABLE ingest_writer (
  id smallint PRIMARY KEY,
  epoch bigint NOT NULL,
  last_number bigint NOT NULL,
  last_outcome jsonb NOT NULL
) WITH (fillfactor = 10);
INSERT INTO ingest_writer VALUES (1, 0, 0, '{"stored": 0, "duplicates": 0, "cases": []}');

-- Locks the row until the end of the transaction, so that a commit that is still under way on a
-- connection its client has given up settles before the next one decides.
CREATE FUNCTION begin_ingest_commit(writer bigint, number bigint, outcome jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  held ingest_writer;
BEGIN
  SELECT * INTO held FROM ingest_writer WHERE id = 1 FOR UPDATE;
  IF held.epoch <> writer THEN
    RAISE EXCEPTION 'another process writes here since epoch %', held.epoch USING ERRCODE = 'WN001';
  ELSIF held.last_number <> number - 1 THEN
    RAISE EXCEPTION 'commit % does not follow commit %', number, held.last_number
      USING ERRCODE = 'WN002';
  END IF;
  UPDATE ingest_writer SET last_number = number, last_outcome = outcome WHERE id = 1;
END $$;
