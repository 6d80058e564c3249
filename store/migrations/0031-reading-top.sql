-- Of each kind, hour and channel the devices with the greatest and the least values, so that the
-- devices that stand out over a span are found without reading all of its readings. Who is among the
-- first of a span is among the first of that of its hours in which it had its greatest value.

CREATE TABLE reading_top (
  kind text COLLATE "C" NOT NULL,
  channel text COLLATE "C" NOT NULL,
  most text COLLATE "C" NOT NULL CHECK (most IN ('max', 'min')),
  hour timestamptz NOT NULL,
  devices text[] COLLATE "C" NOT NULL,
  numbers double precision[] NOT NULL,
  PRIMARY KEY (kind, channel, most, hour)
);

-- Which hours were summed up at all.
CREATE TABLE reading_top_hour (
  kind text COLLATE "C" NOT NULL,
  hour timestamptz NOT NULL,
  PRIMARY KEY (kind, hour)
);

-- Which process sums up, and whether it has ended in good order. When it has not, readings may have come
-- late that it did not live to note.
CREATE TABLE reading_top_state (
  id smallint PRIMARY KEY CHECK (id = 1),
  owner uuid,
  is_settled boolean NOT NULL
);
INSERT INTO reading_top_state VALUES (1, NULL, true);
