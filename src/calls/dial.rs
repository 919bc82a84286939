//! The order in which a team works its day, and about when each call is made.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use jiff::{SignedDuration, Timestamp};

use super::lane::Lane;

/// A call of the day, in the order of importance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    /// Seconds of the team's day that it takes: minutes of an agent over the
    /// agents at work.
    pub(super) seconds: i64,
    /// Whether it is made at its time, whoever has to stay for it.
    pub(super) kept: bool,
}

/// The day is looked at in pieces of half an hour when it is decided whose
/// windows have room; 48 are a day, beyond which no window reaches.
const PIECE: i64 = 1800;
const PIECES: i64 = 48;

/// When each call is made; `None` if its window has no room for it.
///
/// Room goes to the most important first. Whenever an agent is free, the most
/// important call whose window is open is made, unless that would keep one from
/// being made whose window closes earlier; then the one that closes first is.
pub(super) fn dial(starts: Timestamp, calls: &[Planned]) -> Vec<Option<Timestamp>> {
    let mut late = vec![false; calls.len()];
    loop {
        let fits = admitted(starts, calls, &late);
        let begins = work(starts, calls, &fits);
        let missed = |index: &usize| fits[*index] && begins[*index].is_none();
        let missed: Vec<usize> = (0..calls.len()).filter(missed).collect();
        if missed.is_empty() {
            return begins;
        }
        // They leave room for others.
        for index in missed {
            late[index] = true;
        }
    }
}

/// When each call that fits is made; `None` too where its window is over by then.
fn work(starts: Timestamp, calls: &[Planned], fits: &[bool]) -> Vec<Option<Timestamp>> {
    let mut begins = vec![None; calls.len()];
    let mut opening: Vec<usize> = (0..calls.len()).filter(|&index| fits[index]).collect();
    opening.sort_by_key(|&index| Reverse((calls[index].not_before, index)));
    // Seconds of the calls that are not made yet, by the end of their windows.
    let mut left: BTreeMap<Timestamp, i64> = BTreeMap::new();
    for &index in &opening {
        *left.entry(calls[index].not_after).or_default() += calls[index].seconds;
    }
    let mut important = BinaryHeap::new();
    let mut closing = BinaryHeap::new();
    let mut done = vec![false; calls.len()];
    let mut now = starts;
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
        let (Some(Reverse(first)), Some(Reverse((_, soonest)))) =
            (important.peek().copied(), closing.peek().copied())
        else {
            match opening.last() {
                Some(&next) => now = now.max(calls[next].not_before),
                None => break,
            }
            continue;
        };
        let next = if leaves_time(&left, now, &calls[first]) {
            first
        } else {
            soonest
        };
        done[next] = true;
        let call = &calls[next];
        if let Some(seconds) = left.get_mut(&call.not_after) {
            *seconds -= call.seconds;
            if *seconds <= 0 {
                left.remove(&call.not_after);
            }
        }
        if now < call.not_after {
            begins[next] = Some(now);
            now = after(now, call.seconds);
        }
    }
    for (begin, call) in begins.iter_mut().zip(calls) {
        if call.kept && begin.is_none() {
            *begin = Some(call.not_before);
        }
    }
    begins
}

fn after(now: Timestamp, seconds: i64) -> Timestamp {
    now.saturating_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

/// Whether all calls whose windows close before that of `call` can be made after
/// it.
fn leaves_time(left: &BTreeMap<Timestamp, i64>, now: Timestamp, call: &Planned) -> bool {
    let mut free = after(now, call.seconds);
    left.range(..call.not_after).all(|(&closes, &seconds)| {
        free = after(free, seconds);
        free <= closes
    })
}

/// Which calls the pieces of the day within their windows have room for, the most
/// important first; none that were found to be late.
fn admitted(starts: Timestamp, calls: &[Planned], late: &[bool]) -> Vec<bool> {
    let mut lane = Lane::new(&[PIECE; PIECES as usize]);
    let piece = |at: Timestamp| {
        let seconds = at.as_second().saturating_sub(starts.as_second());
        seconds.div_euclid(PIECE).clamp(0, PIECES - 1) as usize
    };
    let mut admit = |(call, late): (&Planned, &bool)| {
        if *late {
            return false;
        }
        let last = after(call.not_after, -1);
        if last < starts {
            return call.kept;
        }
        let (first, last) = (piece(call.not_before), piece(last));
        // It has to begin within its window, and may end after it.
        let fits = call.kept || lane.admits(first, last, 1);
        if fits {
            lane.commit(first, last, call.seconds);
        }
        fits
    };
    calls.iter().zip(late).map(&mut admit).collect()
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
            kept: false,
        }
    }

    fn hours(begins: &[Option<Timestamp>]) -> Vec<Option<i64>> {
        let hour = |at: &Timestamp| at.as_second() / 3600;
        begins.iter().map(|at| at.as_ref().map(hour)).collect()
    }

    #[test]
    fn the_important_first_and_each_within_its_window() {
        // Promised at eleven; open all day; open all day; closes at ten.
        let calls = [call(11, 12), call(8, 20), call(8, 20), call(8, 10)];
        let begins = dial(at(9), &calls);
        assert_eq!(hours(&begins), [Some(11), Some(10), Some(12), Some(9)]);
    }

    #[test]
    fn an_agent_waits_for_a_window_to_open() {
        let begins = dial(at(9), &[call(17, 20), call(8, 20)]);
        assert_eq!(hours(&begins), [Some(17), Some(9)]);
    }

    #[test]
    fn several_that_close_together_are_begun_in_time() {
        let calls = [call(8, 20), call(8, 12), call(8, 12), call(8, 12)];
        let begins = dial(at(9), &calls);
        assert_eq!(hours(&begins), [Some(12), Some(9), Some(10), Some(11)]);
    }

    #[test]
    fn a_window_too_full_is_for_the_most_important() {
        let early = call(9, 11);
        let begins = dial(at(9), &[call(10, 12), early, early, early, call(9, 20)]);
        assert_eq!(
            hours(&begins),
            [Some(11), Some(9), Some(10), None, Some(12)]
        );
        let calls = [early];
        let over = dial(at(12), &calls[..1]);
        assert_eq!(hours(&over), [None]);
    }

    #[test]
    fn what_is_kept_is_made_at_its_time_however_full_that_is() {
        let promised = Planned {
            kept: true,
            ..call(15, 16)
        };
        let calls = [promised, promised, call(15, 16)];
        let begins = dial(at(9), &calls);
        assert_eq!(hours(&begins), [Some(15), Some(15), None]);
    }
}
