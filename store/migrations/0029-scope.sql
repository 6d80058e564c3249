-- Devices and parts by area, for accounts that see only some: the unit grid, else the district of
-- the part.

CREATE INDEX device_area ON device (coalesce(grid_code, left(part_id, 6)), id);
CREATE INDEX part_area ON part (coalesce(grid_code, left(id, 6)), id);
