-- Of each device and day of China its readings by the hour, in one row: a month by the hour of one
-- device is then some thirty rows, and not as many pages as it has sent readings. With TimescaleDB
-- continuous aggregates do this, and these tables stay empty.

CREATE TABLE reading_day (
  kind text COLLATE "C" NOT NULL,
  device_id text COLLATE "C" NOT NULL,
  day date NOT NULL,
  -- Those of the day in which there are readings, ascending, and how many.
  hours smallint[] NOT NULL,
  readings integer[] NOT NULL,
  -- Of each channel that is a number, in the order of the kind, a value for each of the hours.
  least double precision[] NOT NULL,
  -- Null where no hour has more than one reading: then there is one value, or none.
  greatest double precision[],
  mean double precision[],
  counts integer[],
  PRIMARY KEY (kind, device_id, day)
);

-- Which days were summed up, and devices of which readings came after that.
CREATE TABLE reading_day_done (
  kind text COLLATE "C" NOT NULL,
  day date NOT NULL,
  PRIMARY KEY (kind, day)
);
CREATE TABLE reading_day_late (
  kind text COLLATE "C" NOT NULL,
  day date NOT NULL,
  device_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (kind, day, device_id)
);

-- Which process keeps summaries, by what is summed up, and whether it has ended in good order. When it
-- has not, readings may have come late that it did not live to note.
CREATE TABLE reading_summary_owner (
  summary text COLLATE "C" PRIMARY KEY,
  owner uuid,
  is_settled boolean NOT NULL
);
INSERT INTO reading_summary_owner SELECT 'top', owner, is_settled FROM reading_top_state;
INSERT INTO reading_summary_owner VALUES ('day', NULL, true);
DROP TABLE reading_top_state;
