SELECT kind, id, en, zh FROM labels ORDER BY kind, id
