SELECT COUNT(*) AS customers FROM members
