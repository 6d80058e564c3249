-- Shapes that rules name: polygons to be in and lines to keep to, GeoJSON of WGS-84.

CREATE TABLE area (
  id text COLLATE "C" PRIMARY KEY,
  title_en text NOT NULL,
  title_zh text NOT NULL,
  geometry jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
