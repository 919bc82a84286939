SELECT owner, team, reason, open, overdue, awaiting_outcome, oldest_since, oldest_days, no_capacity_days, alert FROM overdue ORDER BY overdue DESC, owner, team, reason
