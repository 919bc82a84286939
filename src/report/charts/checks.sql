SELECT "table", "column", rule, severity, violations FROM checks ORDER BY violations DESC, "table", "column", rule
