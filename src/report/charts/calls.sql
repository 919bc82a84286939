SELECT team, reason, action, status, COUNT(*) AS calls FROM calls GROUP BY team, reason, action, status ORDER BY team, reason, action, status
