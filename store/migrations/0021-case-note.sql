-- What happened to a case, in the order in which it did. Notes are added and never rewritten.

CREATE TABLE case_note (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id uuid NOT NULL,
  at timestamptz NOT NULL,
  type text NOT NULL,
  episode_id uuid,
  detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX case_note_case ON case_note (case_id, id);

CREATE TRIGGER case_note_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON case_note
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
