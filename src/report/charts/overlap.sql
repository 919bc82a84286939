SELECT interest, other, customers, share FROM overlap ORDER BY interest, other
