SELECT feature, segment_id, "of", psi, chance FROM drift ORDER BY feature, segment_id, "of"
