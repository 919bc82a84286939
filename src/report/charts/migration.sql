SELECT from_segment_id, to_segment_id, customers, share FROM migration ORDER BY from_segment_id, to_segment_id
