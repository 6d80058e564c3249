-- Episodes of several devices together, the severities an episode had, the version of the rule that
-- found it, why a case was opened, and when Wanmi listened.

ALTER TABLE episode
  ADD COLUMN rule_version integer,
  ADD COLUMN role text NOT NULL DEFAULT 'single',
  ADD COLUMN group_id uuid,
  ADD COLUMN scope text,
  ADD COLUMN grades jsonb NOT NULL DEFAULT '[]';
CREATE INDEX episode_group ON episode (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX episode_rule ON episode (rule_id, started_at);

ALTER TABLE case_record ADD COLUMN basis jsonb;

-- A span grows as long as Wanmi takes what comes. What lies between two was not listened to.
CREATE TABLE listened (
  from_at timestamptz PRIMARY KEY,
  to_at timestamptz NOT NULL
) WITH (fillfactor = 50);
-- Of the time before this table it is not known when Wanmi listened: it counts as not listened to.
INSERT INTO listened VALUES ('epoch', 'epoch');
