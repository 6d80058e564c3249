-- The work calendar of the city, as far as it differs from the one that ships with Wanmi.

-- Days on which the city is off or works, whatever the calendar that ships or their weekday says.
CREATE TABLE work_day (
  day date PRIMARY KEY,
  type text NOT NULL CHECK (type IN ('holiday', 'make-up')),
  name text NOT NULL,
  author text NOT NULL,
  updated_at timestamptz NOT NULL
);

-- The hours of its week; without a row those of the default.
CREATE TABLE work_hours (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  periods jsonb NOT NULL,
  hours_per_working_day double precision NOT NULL CHECK (hours_per_working_day > 0),
  author text NOT NULL,
  updated_at timestamptz NOT NULL
);

-- The last year whose holidays the city says are all there; without a row that of what ships.
CREATE TABLE work_calendar_known (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  until_year integer NOT NULL,
  author text NOT NULL,
  updated_at timestamptz NOT NULL
);
