-- Streets and pipes of the city, GeoJSON of WGS-84. `bounds` is the box about a line, by which a map
-- finds it; `from_zoom` how near the map must be for it, by class and diameter.

CREATE TABLE city_line (
  id text COLLATE "C" PRIMARY KEY,
  class text NOT NULL,
  name text,
  diameter_mm double precision,
  width_m double precision,
  material text,
  owning_department text,
  line_group text,
  geometry jsonb NOT NULL,
  bounds box NOT NULL,
  length_m double precision NOT NULL,
  from_zoom smallint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX city_line_bounds ON city_line USING gist (bounds);
-- From far only the few that are drawn there are looked through.
CREATE INDEX city_line_zoom ON city_line (from_zoom, length_m DESC);

-- Parts where a map looks for them.
CREATE INDEX part_place ON part USING gist (point(lon_deg, lat_deg)) WHERE lon_deg IS NOT NULL;
