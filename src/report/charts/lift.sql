SELECT activity_id, open_units, held_out_units, open_rate, held_out_rate, lift, low, high, p_adjusted FROM lift ORDER BY activity_id
