SELECT activity_id, decision, reason, candidates FROM funnel ORDER BY activity_id, candidates DESC, reason
