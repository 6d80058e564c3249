-- Devices and parts by district, street, community and unit grid, for accounts that see only some.
-- The area is the unit grid, else the district of the part.

CREATE INDEX device_district ON device (left(coalesce(grid_code, left(part_id, 6)), 6), id);
CREATE INDEX device_street ON device (left(coalesce(grid_code, left(part_id, 6)), 9), id);
CREATE INDEX device_community ON device (left(coalesce(grid_code, left(part_id, 6)), 12), id);
CREATE INDEX device_area ON device (coalesce(grid_code, left(part_id, 6)), id);
CREATE INDEX part_district ON part (left(coalesce(grid_code, left(id, 6)), 6), id);
CREATE INDEX part_street ON part (left(coalesce(grid_code, left(id, 6)), 9), id);
CREATE INDEX part_community ON part (left(coalesce(grid_code, left(id, 6)), 12), id);
CREATE INDEX part_area ON part (coalesce(grid_code, left(id, 6)), id);
