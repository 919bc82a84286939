use jiff::civil::Time;

/// A part of the day: who was not in at one is tried at another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Daypart {
    /// Until noon.
    Morning,
    /// From noon to 17:00.
    Afternoon,
    /// From 17:00.
    Evening,
}

const NOON: Time = Time::constant(12, 0, 0, 0);
const FIVE: Time = Time::constant(17, 0, 0, 0);
const LAST: Time = Time::constant(23, 59, 59, 0);

impl Daypart {
    const ALL: [Self; 3] = [Self::Morning, Self::Afternoon, Self::Evening];

    /// The part in which that time of day lies.
    pub(super) fn of(time: Time) -> Self {
        match time {
            time if time < NOON => Self::Morning,
            time if time < FIVE => Self::Afternoon,
            _ => Self::Evening,
        }
    }

    /// From when until when it lasts.
    pub(super) const fn span(self) -> (Time, Time) {
        match self {
            Self::Morning => (Time::constant(0, 0, 0, 0), NOON),
            Self::Afternoon => (NOON, FIVE),
            Self::Evening => (FIVE, LAST),
        }
    }

    /// Where to try next after the tries at `tried`, oldest first: at the part
    /// tried least, and of those the first after the last one tried.
    pub(super) fn next(tried: &[Self]) -> Option<Self> {
        let last = *tried.last()?;
        let count = |part: &Self| tried.iter().filter(|other| *other == part).count();
        (1..=3)
            .map(|step| Self::ALL[(last as usize + step) % 3])
            .min_by_key(count)
    }
}

#[cfg(test)]
mod tests {
    use super::Daypart::{self, Afternoon, Evening, Morning};

    #[test]
    fn the_next_try_is_at_another_time_of_day() {
        assert_eq!(Daypart::next(&[]), None);
        assert_eq!(Daypart::next(&[Morning]), Some(Afternoon));
        assert_eq!(Daypart::next(&[Evening]), Some(Morning));
        assert_eq!(Daypart::next(&[Morning, Evening]), Some(Afternoon));
        assert_eq!(Daypart::next(&[Morning, Afternoon, Evening]), Some(Morning));
        let noon = Daypart::of("12:00".parse().unwrap());
        assert_eq!(noon, Afternoon);
    }
}
