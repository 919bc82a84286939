use serde::Serialize;

/// Points of the curve that are handed on, besides the first at 0.
const POINTS: usize = 10;

/// What inviting by score gains: the Qini curve (Radcliffe, *Direct Marketing
/// Analytics Journal* 2007, pp. 14–21).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Qini {
    /// The curve at each tenth of the units, the highest scores first, from
    /// (0, 0) to (1, the lift of all).
    pub curve: Vec<QiniPoint>,
    /// The area between the curve and the straight line to its end, in
    /// response per treated unit. Above 0 the score finds those whom treatment
    /// moves; at 0 it does no better than chance.
    pub area: f64,
}

/// A point of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct QiniPoint {
    /// The share of units whose scores are highest.
    pub share: f64,
    /// Additional response from treating them alone, per treated unit of all.
    pub gain: f64,
}

/// A unit with a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// The score; a higher one is to be treated earlier.
    pub score: f64,
    /// Whether the unit was treated.
    pub treated: bool,
    /// Its response.
    pub response: f64,
}

/// The curve and its area. Units of equal score count as one step, so that
/// their order changes nothing. `None` where an arm is empty or all scores are
/// the same.
#[must_use]
pub fn qini(mut units: Vec<Scored>) -> Option<Qini> {
    let all_treated = units.iter().filter(|unit| unit.treated).count() as f64;
    let all = units.len() as f64;
    if all_treated == 0.0 || all_treated == all {
        return None;
    }
    units.sort_by(|a, b| b.score.total_cmp(&a.score));
    // Treated and control: units and responses so far.
    let (mut counts, mut sums) = ([0.0; 2], [0.0; 2]);
    let mut corners = vec![QiniPoint {
        share: 0.0,
        gain: 0.0,
    }];
    for step in units.chunk_by(|a, b| a.score.total_cmp(&b.score).is_eq()) {
        for unit in step {
            let group = usize::from(!unit.treated);
            counts[group] += 1.0;
            sums[group] += unit.response;
        }
        // The control's response, had the control as many units.
        let without = if counts[1] > 0.0 {
            sums[1] * counts[0] / counts[1]
        } else {
            0.0
        };
        corners.push(QiniPoint {
            share: (counts[0] + counts[1]) / all,
            gain: (sums[0] - without) / all_treated,
        });
    }
    if corners.len() == 2 {
        return None;
    }
    let lift = corners.last()?.gain;
    let below: f64 = corners
        .windows(2)
        .map(|pair| (pair[1].share - pair[0].share) * (pair[0].gain + pair[1].gain) / 2.0)
        .sum();
    let point = |tenth: usize| {
        let share = tenth as f64 / POINTS as f64;
        QiniPoint {
            share,
            gain: gain_at(&corners, share),
        }
    };
    Some(Qini {
        curve: (0..=POINTS).map(point).collect(),
        area: below - lift / 2.0,
    })
}

/// The curve's height at a share, on the line between two corners.
fn gain_at(corners: &[QiniPoint], share: f64) -> f64 {
    let next = corners.partition_point(|corner| corner.share < share);
    match (next.checked_sub(1).map(|at| corners[at]), corners.get(next)) {
        (Some(from), Some(to)) => {
            let part = (share - from.share) / (to.share - from.share);
            from.gain + part * (to.gain - from.gain)
        }
        (Some(end), None) | (None, Some(&end)) => end.gain,
        (None, None) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Score, treated, responded.
    fn units(rows: &[(f64, bool, f64)]) -> Vec<Scored> {
        rows.iter()
            .map(|&(score, treated, response)| Scored {
                score,
                treated,
                response,
            })
            .collect()
    }

    #[test]
    fn the_curve_is_the_one_by_hand() {
        let found = qini(units(&[
            (9.0, true, 1.0),
            (8.0, false, 0.0),
            (7.0, true, 1.0),
            (6.0, false, 1.0),
            (5.0, true, 0.0),
            (4.0, false, 0.0),
        ]))
        .unwrap();
        // Treated responses so far less the control's, brought to as many units,
        // of three treated: 1, 1, 2, 2 - 1, 2 - 1.5, 2 - 1.
        let gains = [
            0.0,
            1.0 / 3.0,
            1.0 / 3.0,
            2.0 / 3.0,
            1.0 / 3.0,
            1.0 / 6.0,
            1.0 / 3.0,
        ];
        let below: f64 = gains.windows(2).map(|g| (g[0] + g[1]) / 12.0).sum();
        assert!(
            (found.area - (below - 1.0 / 6.0)).abs() < 1e-12,
            "{found:?}"
        );
        assert!((found.curve[5].gain - 2.0 / 3.0).abs() < 1e-12, "{found:?}");
        assert_eq!(found.curve.len(), 11);
        assert_eq!(found.curve[0].gain, 0.0);
    }

    #[test]
    fn the_curve_ends_at_the_lift_and_the_order_of_rows_changes_nothing() {
        let rows: Vec<(f64, bool, f64)> = (0..400)
            .map(|i: i32| {
                (
                    f64::from(i % 7),
                    i % 5 != 0,
                    f64::from(u8::from(i * i % 11 < 4)),
                )
            })
            .collect();
        let found = qini(units(&rows)).unwrap();
        let rate = |treated: bool| {
            let of = rows.iter().filter(|row| row.1 == treated);
            of.clone().map(|row| row.2).sum::<f64>() / of.count() as f64
        };
        let end = found.curve.last().unwrap();
        assert!((end.gain - (rate(true) - rate(false))).abs() < 1e-12);
        let mut turned = rows;
        turned.reverse();
        assert_eq!(qini(units(&turned)), Some(found));
    }

    #[test]
    fn a_score_that_knows_the_effect_has_area_and_its_opposite_has_a_loss() {
        // Treatment moves those of score 1 only.
        let rows: Vec<(f64, bool, f64)> = (0..1_000)
            .map(|i| {
                let (score, treated) = (f64::from(i % 2), i / 2 % 2 == 0);
                (score, treated, if treated { score } else { 0.0 })
            })
            .collect();
        // The curve rises to 1/2 at one half and stays: a triangle of 1/8.
        let area = |rows: &[(f64, bool, f64)]| qini(units(rows)).unwrap().area;
        assert!((area(&rows) - 0.125).abs() < 1e-12);
        let turned: Vec<_> = rows.iter().map(|&(s, t, r)| (-s, t, r)).collect();
        assert!((area(&turned) + 0.125).abs() < 1e-12);
    }

    #[test]
    fn there_is_no_curve_without_two_arms_or_two_scores() {
        assert_eq!(qini(units(&[(1.0, true, 1.0), (2.0, true, 0.0)])), None);
        assert_eq!(qini(units(&[(1.0, true, 1.0), (1.0, false, 0.0)])), None);
    }
}
