-- Messages that could not become readings, with their exact bytes and every reason.

CREATE TABLE quarantine (
  id uuid PRIMARY KEY,
  device_id text COLLATE "C" NOT NULL,
  topic text NOT NULL,
  payload bytea NOT NULL,
  item integer,
  received_at timestamptz NOT NULL,
  reasons jsonb NOT NULL,
  reason_codes text[] NOT NULL,
  attempts integer NOT NULL DEFAULT 1,
  resolved_at timestamptz
);
CREATE INDEX quarantine_received ON quarantine (received_at, id);
CREATE INDEX quarantine_waiting ON quarantine (received_at, id) WHERE resolved_at IS NULL;
CREATE INDEX quarantine_device ON quarantine (device_id, received_at, id);
