//! The order in which a team works its day, and about when each call is made.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::{SignedDuration, Timestamp};

/// A call of the day, in the order of importance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    /// Seconds of the team's day that it takes: minutes of an agent over the
    /// agents at work.
    pub(super) seconds: i64,
}

/// What has to be made within this time goes before what is important.
const CLOSING: SignedDuration = SignedDuration::from_mins(60);

/// When each call is made: whenever an agent is free, the one whose window
/// closes within the hour, else the most important whose window is open.
pub(super) fn dial(starts: Timestamp, calls: &[Planned]) -> Vec<Timestamp> {
    let mut begins: Vec<Timestamp> = calls.iter().map(|call| call.not_before).collect();
    let mut opening: Vec<usize> = (0..calls.len()).collect();
    opening.sort_by_key(|&index| Reverse((calls[index].not_before, index)));
    let mut important = BinaryHeap::new();
    let mut closing = BinaryHeap::new();
    let mut done = vec![false; calls.len()];
    let mut now = starts;
    for _ in 0..calls.len() {
        loop {
            while let Some(&next) = opening.last()
                && calls[next].not_before <= now
            {
                important.push(Reverse(next));
                closing.push(Reverse((calls[next].not_after, next)));
                opening.pop();
            }
            while important.peek().is_some_and(|Reverse(index)| done[*index]) {
                important.pop();
            }
            while closing
                .peek()
                .is_some_and(|Reverse((_, index))| done[*index])
            {
                closing.pop();
            }
            if !important.is_empty() {
                break;
            }
            match opening.last() {
                Some(&next) => now = now.max(calls[next].not_before),
                None => return begins,
            }
        }
        let soon = now.saturating_add(CLOSING).unwrap_or(Timestamp::MAX);
        let next = match (closing.peek(), important.peek()) {
            (Some(Reverse((end, index))), _) if *end <= soon => *index,
            (_, Some(Reverse(index))) => *index,
            _ => return begins,
        };
        done[next] = true;
        begins[next] = now;
        now = now
            .saturating_add(SignedDuration::from_secs(calls[next].seconds))
            .unwrap_or(Timestamp::MAX);
    }
    begins
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3600).unwrap()
    }

    fn call(from: i64, to: i64) -> Planned {
        Planned {
            not_before: at(from),
            not_after: at(to),
            seconds: 3600,
        }
    }

    #[test]
    fn the_important_first_and_each_within_its_window() {
        // Promised at eleven; open all day; open all day; closes at ten.
        let calls = [call(11, 12), call(8, 20), call(8, 20), call(8, 10)];
        let begins = dial(at(9), &calls);
        assert_eq!(begins, [at(11), at(10), at(12), at(9)]);
    }

    #[test]
    fn an_agent_waits_for_a_window_to_open() {
        assert_eq!(dial(at(9), &[call(17, 20), call(8, 20)]), [at(17), at(9)]);
    }
}
