-- What a city notes of a device beyond what Wanmi knows, by name: texts, numbers and booleans.

ALTER TABLE device ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}'
  CHECK (jsonb_typeof(attributes) = 'object');
