SELECT segment_id, place, rule, covers, precision FROM rules ORDER BY segment_id, place
