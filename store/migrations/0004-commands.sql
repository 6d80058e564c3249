-- Commands to devices and what became of them.

CREATE TABLE command (
  id uuid PRIMARY KEY,
  device_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  args jsonb NOT NULL DEFAULT '{}',
  state text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  sent_at timestamptz,
  acknowledged_at timestamptz,
  finished_at timestamptz,
  result jsonb
);
CREATE INDEX command_device ON command (device_id, created_at, id);
CREATE INDEX command_unfinished ON command (expires_at)
  WHERE state IN ('queued', 'sent', 'acknowledged');
