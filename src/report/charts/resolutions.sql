SELECT * FROM resolutions ORDER BY category, severity
