SELECT model, interest, bin, predicted, observed, "count" AS outcomes FROM calibration ORDER BY model, interest, bin
