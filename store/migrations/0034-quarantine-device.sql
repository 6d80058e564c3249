-- How much of each device waits in the quarantine, without reading what has passed long ago.

CREATE INDEX quarantine_waiting_device ON quarantine (device_id) WHERE resolved_at IS NULL;
