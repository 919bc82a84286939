SELECT name, measure, sense, bound, used, slack, price FROM constraints ORDER BY price DESC, name
