-- How the city evaluates, every version of it, and what finds the cases of a period at once.

CREATE TABLE evaluation_configuration (
  version integer PRIMARY KEY CHECK (version > 0),
  document jsonb NOT NULL,
  note text,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  account_id uuid
);
CREATE TRIGGER evaluation_configuration_stays BEFORE UPDATE OR DELETE OR TRUNCATE
  ON evaluation_configuration FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE INDEX case_filed ON case_record (filed_at) WHERE filed_at IS NOT NULL;
CREATE INDEX case_handle_deadline ON case_record (handle_deadline_at)
  WHERE handle_deadline_at IS NOT NULL;
CREATE INDEX case_whole_deadline ON case_record (case_deadline_at)
  WHERE case_deadline_at IS NOT NULL;
-- What was not done when its deadline was over: the few that a backlog consists of.
CREATE INDEX case_handled_late ON case_record (handle_deadline_at)
  WHERE fed_back_at IS NULL OR fed_back_at > handle_deadline_at;
CREATE INDEX case_closed_late ON case_record (case_deadline_at)
  WHERE closed_at IS NULL OR closed_at > case_deadline_at;

-- What the posts of the centre did.
CREATE INDEX case_event_deed ON case_event (type, at)
  WHERE actor_id IS NOT NULL AND type IN ('accepted', 'rejected', 'pre-verification-asked',
    'pre-verified', 'filed', 'dispatched', 'post-check-asked', 'post-checked', 'closed');
