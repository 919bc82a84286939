SELECT segment_id, name, size, share, stability, status, lineage, top_interests FROM segments ORDER BY segment_id
