SELECT team, day, agents, capacity_minutes, planned_minutes, calls, late FROM capacity ORDER BY team, day
