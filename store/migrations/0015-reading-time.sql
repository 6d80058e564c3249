-- Reading a stretch of time of all devices at once, as trying a rule on history does: the blocks
-- that hold it, found by the range of instants in each. It takes a few kilobytes, and rows pay
-- nothing for it when they are written in about the order of time.

CREATE INDEX reading_manhole_cover_time ON reading_manhole_cover USING brin (measured_at)
  WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX reading_refuse_truck_time ON reading_refuse_truck USING brin (measured_at)
  WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX reading_patrol_terminal_time ON reading_patrol_terminal USING brin (measured_at)
  WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX reading_pipe_gauge_time ON reading_pipe_gauge USING brin (measured_at)
  WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX reading_bin_sensor_time ON reading_bin_sensor USING brin (measured_at)
  WITH (pages_per_range = 32, autosummarize = on);
