SELECT segment_id, x, y FROM scatter ORDER BY segment_id, x, y
