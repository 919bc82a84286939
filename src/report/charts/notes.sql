SELECT place, kind, text FROM notes ORDER BY place
