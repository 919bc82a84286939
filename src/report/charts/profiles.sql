SELECT segment_id, feature, mean, population_mean, lift, z, cliffs_delta, rank FROM profiles ORDER BY segment_id, feature
