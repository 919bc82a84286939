//! A team's minutes over the days, by which it is known what else fits.

/// Minutes in hundredths, so that sums are exact.
pub(super) type Hundredths = i64;

/// Minutes as whole hundredths.
pub(super) fn hundredths(minutes: f64) -> Hundredths {
    (minutes * 100.0).round() as Hundredths
}

/// A team's minutes, and what is spoken for.
pub(super) struct Lane {
    pub(super) days: usize,
    /// The days with any minutes.
    pub(super) works: u64,
    /// Minutes left by day.
    pub(super) free: Vec<Hundredths>,
    /// By first and last day of a stretch: its minutes left, less those of jobs
    /// that are admitted to days within it and not yet placed.
    room: Vec<Hundredths>,
}

impl Lane {
    pub(super) fn new(free: &[Hundredths]) -> Self {
        let days = free.len();
        let mut room = vec![Hundredths::MAX; days * days];
        for first in 0..days {
            let mut sum = 0;
            for last in first..days {
                sum += free[last];
                room[first * days + last] = sum;
            }
        }
        let works = (0..days).filter(|&day| free[day] > 0);
        Self {
            days,
            works: works.fold(0, |works, day| works | 1 << day),
            free: free.to_vec(),
            room,
        }
    }

    /// Whether a job of those minutes can be admitted to the stretch.
    pub(super) fn admits(&self, first: usize, last: usize, minutes: Hundredths) -> bool {
        (0..=first).all(|from| {
            let row = &self.room[from * self.days..(from + 1) * self.days];
            row[last..].iter().all(|&room| room >= minutes)
        })
    }

    pub(super) fn commit(&mut self, first: usize, last: usize, minutes: Hundredths) {
        for from in 0..=first {
            for room in &mut self.room[from * self.days + last..(from + 1) * self.days] {
                *room -= minutes;
            }
        }
    }

    /// Whether using up minutes of `day` for a job that is admitted to
    /// `stretch` leaves room for all others.
    pub(super) fn spares(
        &self,
        day: usize,
        stretch: Option<(usize, usize)>,
        minutes: Hundredths,
    ) -> bool {
        self.free[day] >= minutes
            && (0..=day).all(|from| {
                (day..self.days).all(|to| {
                    let own = stretch.is_some_and(|(first, last)| from <= first && last <= to);
                    own || self.room[from * self.days + to] >= minutes
                })
            })
    }

    pub(super) fn take(&mut self, day: usize, minutes: Hundredths) {
        self.free[day] -= minutes;
        for from in 0..=day {
            for to in day..self.days {
                self.room[from * self.days + to] -= minutes;
            }
        }
    }

    pub(super) fn give_back(&mut self, day: usize, minutes: Hundredths) {
        self.take(day, -minutes);
    }

    /// The most by which what is admitted exceeds the minutes of any stretch.
    pub(super) fn overdrawn(&self) -> Hundredths {
        let least = self.room.iter().min();
        least.map_or(0, |least| (-least).max(0))
    }
}
