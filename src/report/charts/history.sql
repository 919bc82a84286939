SELECT as_of, run_id, segment_id, name, size, share FROM history ORDER BY as_of, segment_id
