//! Rounds of visits: what each account manager does on which day.

use std::collections::BTreeMap;

/// A visit that is waiting, in the order of importance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Visit<'a> {
    /// Who makes it.
    pub(super) owner: &'a str,
    /// Where.
    pub(super) district: Option<&'a str>,
    /// The days on which it can be made, day 0 being the lowest bit.
    pub(super) open: u64,
    /// The last day on which it is on time.
    pub(super) due: Option<usize>,
}

/// The day of each visit; `None` beyond the days planned.
///
/// An owner makes at most `a_day[day]` visits, all in one district: that of the
/// visit which is late if it is not made that day, else of the most important
/// one. The others of the district follow in the same order.
pub(super) fn rounds(a_day: &[usize], visits: &[Visit<'_>]) -> Vec<Option<usize>> {
    let mut by_owner: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, visit) in visits.iter().enumerate() {
        by_owner.entry(visit.owner).or_default().push(index);
    }
    let mut days = vec![None; visits.len()];
    for mut waiting in by_owner.into_values() {
        for (day, &most) in a_day.iter().enumerate() {
            let mut today: Vec<usize> = waiting
                .iter()
                .copied()
                .filter(|&index| visits[index].open >> day & 1 == 1)
                .collect();
            today.sort_by_key(|&index| (!is_last_chance(&visits[index], day), index));
            let Some(district) = today.first().map(|&index| visits[index].district) else {
                continue;
            };
            let here = today
                .into_iter()
                .filter(|&i| visits[i].district == district);
            for index in here.take(most) {
                days[index] = Some(day);
            }
            waiting.retain(|&index| days[index].is_none());
        }
    }
    days
}

/// Whether the visit can be on time that day and on none after it.
fn is_last_chance(visit: &Visit<'_>, day: usize) -> bool {
    let Some(due) = visit.due.filter(|&due| due >= day) else {
        return false;
    };
    (day + 1..=due).all(|later| visit.open >> later & 1 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit<'a>(owner: &'a str, district: &'a str, due: Option<usize>) -> Visit<'a> {
        Visit {
            owner,
            district: Some(district),
            open: u64::MAX,
            due,
        }
    }

    #[test]
    fn a_day_is_spent_in_one_district() {
        let visits = [
            visit("m1", "hills", Some(9)),
            visit("m1", "lake", Some(9)),
            visit("m1", "hills", Some(9)),
            visit("m1", "hills", Some(9)),
            visit("m2", "lake", Some(9)),
        ];
        let days = rounds(&[2, 2, 2], &visits);
        assert_eq!(days, [Some(0), Some(1), Some(0), Some(2), Some(0)]);
    }

    #[test]
    fn the_last_chance_decides_where_the_day_is_spent() {
        let visits = [
            visit("m1", "hills", Some(9)),
            visit("m1", "lake", Some(0)),
            visit("m1", "lake", Some(9)),
        ];
        let days = rounds(&[3, 3], &visits);
        assert_eq!(days, [Some(1), Some(0), Some(0)]);
    }

    #[test]
    fn nobody_works_on_a_day_off() {
        let visits = [visit("m1", "hills", None), visit("m1", "hills", None)];
        assert_eq!(rounds(&[0, 1], &visits), [Some(1), None]);
    }
}
