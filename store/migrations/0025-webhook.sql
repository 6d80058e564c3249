-- Other systems that are told what happens to cases, and what each has still to be told. A case's
-- event and the deliveries it calls for are written by one transaction, whoever writes the event.

-- secret, former_secret: in clear, for they sign. former_secret signs too until former_until.
-- event_types, areas, departments: null tells of every one.
CREATE TABLE webhook (
  id uuid PRIMARY KEY,
  title text NOT NULL,
  url text NOT NULL,
  secret text NOT NULL,
  former_secret text,
  former_until timestamptz,
  event_types text[],
  areas text[] COLLATE "C",
  departments text[] COLLATE "C",
  enabled boolean NOT NULL,
  disabled_because text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);

-- attempts, first_attempt_at: since it was last made pending.
CREATE TABLE webhook_delivery (
  webhook_id uuid NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  case_id uuid NOT NULL,
  sequence integer NOT NULL,
  event_id uuid NOT NULL,
  state text NOT NULL DEFAULT 'pending'
    CHECK (state IN ('pending', 'delivered', 'dead', 'discarded')),
  attempts integer NOT NULL DEFAULT 0,
  first_attempt_at timestamptz,
  last_attempt_at timestamptz,
  last_status integer,
  last_error text,
  settled_at timestamptz,
  PRIMARY KEY (webhook_id, case_id, sequence)
);
CREATE UNIQUE INDEX webhook_delivery_event ON webhook_delivery (webhook_id, event_id);
CREATE INDEX webhook_delivery_open ON webhook_delivery (webhook_id, state, event_id)
  WHERE state IN ('pending', 'dead');
CREATE INDEX webhook_delivery_settled ON webhook_delivery (settled_at)
  WHERE settled_at IS NOT NULL;

-- What waits of one case for one hook, in order: only its head, the first delivery that is pending
-- or dead, may be sent. There is a lane as long as something waits. due_at: when the head is to be
-- tried; while somebody tries it (claim), when others may; null while it is dead. Whoever changes
-- what waits holds the row of the lane.
CREATE TABLE webhook_lane (
  webhook_id uuid NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  case_id uuid NOT NULL,
  head integer NOT NULL,
  due_at timestamptz,
  claim uuid,
  PRIMARY KEY (webhook_id, case_id)
);
CREATE INDEX webhook_lane_due ON webhook_lane (webhook_id, due_at) WHERE due_at IS NOT NULL;

-- Whether a case was in one of the areas and with one of the departments by an event of it. Who was told
-- of a case because of these hears the rest of it, also when it has gone elsewhere.
CREATE FUNCTION webhook_knows(areas text[], departments text[], of_case uuid, by_sequence integer)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (areas IS NULL OR EXISTS (
      SELECT FROM case_event e, unnest(areas) AS area
      WHERE e.case_id = of_case AND e.sequence <= by_sequence
        AND starts_with(e.changes ->> 'areaCode', area)))
    AND (departments IS NULL OR EXISTS (
      SELECT FROM case_event e
      WHERE e.case_id = of_case AND e.sequence <= by_sequence
        AND e.changes ->> 'departmentId' = ANY (departments)));
END $$;

-- Whether a hook is told of an event.
CREATE FUNCTION webhook_hears(hook webhook, of_case uuid, by_sequence integer, event_type text)
RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT (hook.event_types IS NULL OR event_type = ANY (hook.event_types))
    AND (hook.areas IS NULL AND hook.departments IS NULL
      OR webhook_knows(hook.areas, hook.departments, of_case, by_sequence))
$$;

CREATE FUNCTION tell_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM webhook WHERE enabled) THEN RETURN NULL; END IF;
  -- A hook that is being removed is waited for and then left out, so that its end never undoes what
  -- happened to a case. A lane is locked also where nothing changes in it: whoever moves its head
  -- has then seen these deliveries, or these see the head moved. Due by the clock of whoever writes.
  WITH told AS (
    INSERT INTO webhook_delivery (webhook_id, case_id, sequence, event_id)
    SELECT w.id, e.case_id, e.sequence, e.id
    FROM webhook w, added e
    WHERE w.enabled AND webhook_hears(w, e.case_id, e.sequence, e.type)
    FOR KEY SHARE OF w
    RETURNING webhook_id, case_id, sequence
  )
  INSERT INTO webhook_lane AS lane (webhook_id, case_id, head, due_at)
  SELECT webhook_id, case_id, min(sequence), (SELECT min(at) FROM added)
  FROM told GROUP BY webhook_id, case_id ORDER BY case_id, webhook_id
  ON CONFLICT (webhook_id, case_id) DO UPDATE SET head = lane.head WHERE false;
  RETURN NULL;
END $$;
CREATE TRIGGER case_event_told AFTER INSERT ON case_event
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION tell_webhooks();
