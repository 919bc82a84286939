use rand::Rng;
use rand::seq::SliceRandom;

use super::activity::{Activity, HORIZON};
use super::planted::Use;
use super::set::Set;
use crate::domain::Channel;
use crate::sample::seed::{Purpose, stream};

/// What is counted, and on which side of the bound it has to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    MinInvitations,
    MaxInvitations,
    Budget,
    MinResponses,
    MaxResponses,
    /// Expected acceptances of one activity.
    Seats,
}

impl Kind {
    /// The kind's name in `problem.toml`.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::MinInvitations => "min_invitations",
            Self::MaxInvitations => "max_invitations",
            Self::Budget => "budget",
            Self::MinResponses => "min_responses",
            Self::MaxResponses => "max_responses",
            Self::Seats => "seats",
        }
    }

    /// Whether the bound is a minimum.
    pub(super) const fn is_min(self) -> bool {
        matches!(self, Self::MinInvitations | Self::MinResponses)
    }
}

/// A constraint over all customers, whose bound is known only when the planted
/// choice is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Limit {
    pub(super) kind: Kind,
    pub(super) set: Set,
    /// The positions of the set's activities.
    pub(super) members: Vec<usize>,
    /// Where the planted choice is to end up, in multiples of the use without
    /// any limit.
    pub(super) aim: f64,
    /// The room that the bound leaves to the planted choice, as a share of its
    /// use.
    pub(super) room: f64,
}

impl Limit {
    fn new(rng: &mut impl Rng, kind: Kind, set: Set, members: Vec<usize>) -> Self {
        let aim = match kind {
            Kind::Budget | Kind::Seats => rng.gen_range(0.5..0.7),
            Kind::MaxInvitations | Kind::MaxResponses => rng.gen_range(0.6..0.85),
            Kind::MinInvitations | Kind::MinResponses => rng.gen_range(1.05..1.15),
        };
        Self {
            kind,
            set,
            members,
            aim,
            room: rng.gen_range(0.002..0.01),
        }
    }

    /// How much of the limit is used.
    pub(super) fn used(&self, used: &Use, activities: &[Activity]) -> f64 {
        let members = self.members.iter();
        match self.kind {
            Kind::MinInvitations | Kind::MaxInvitations => {
                members.map(|&at| used.invitations[at] as f64).sum()
            }
            Kind::Budget => members
                .map(|&at| used.invitations[at] as f64 * activities[at].cost)
                .sum(),
            Kind::MinResponses | Kind::MaxResponses | Kind::Seats => {
                members.map(|&at| used.responses[at]).sum()
            }
        }
    }

    /// The bound that leaves the planted choice its room: whole invitations and
    /// seats, tenths of money and responses.
    pub(super) fn bound(&self, used: f64) -> f64 {
        let per_unit = match self.kind {
            Kind::MinInvitations | Kind::MaxInvitations | Kind::Seats => 1.0,
            Kind::Budget | Kind::MinResponses | Kind::MaxResponses => 10.0,
        };
        if self.kind.is_min() {
            (used * (1.0 - self.room) * per_unit).floor() / per_unit
        } else {
            (used * (1.0 + self.room) * per_unit).ceil() / per_unit
        }
    }
}

/// The limits of a problem: four on invitations, two budgets, two on expected
/// responses, and seats for a tenth of the activities if asked.
pub(super) fn draw(seed: u64, activities: &[Activity], seats: bool) -> Vec<Limit> {
    let mut rng = stream(seed, Purpose::ProblemPlan, 0, 1);
    let rng = &mut rng;
    let late = Some((HORIZON / 2, HORIZON - 1));
    let mut limits: Vec<Limit> = [
        (
            Kind::MaxInvitations,
            Set::default().by(Channel::Sms).during(rng, 30),
        ),
        (Kind::MaxInvitations, Set::default().by(Channel::Call)),
        (Kind::MinInvitations, Set::default().about(rng, 1)),
        (
            Kind::MinInvitations,
            Set {
                window: late,
                ..Set::default().by(Channel::Visit)
            },
        ),
        (Kind::Budget, Set::default()),
        (Kind::Budget, Set::default().about(rng, 2).during(rng, 90)),
        (
            Kind::MinResponses,
            Set::default().about(rng, 1).during(rng, 120),
        ),
        (
            Kind::MaxResponses,
            Set::default().about(rng, 2).during(rng, 60),
        ),
    ]
    .into_iter()
    .map(|(kind, set)| {
        let (set, members) = widened(set, activities);
        Limit::new(rng, kind, set, members)
    })
    .collect();
    if seats {
        let mut places: Vec<usize> = (0..activities.len()).collect();
        places.shuffle(rng);
        places.truncate(activities.len().div_ceil(10));
        places.sort_unstable();
        for at in places {
            limits.push(Limit::new(rng, Kind::Seats, Set::default(), vec![at]));
        }
    }
    limits
}

/// The set, with fewer conditions where too few activities meet them all.
fn widened(mut set: Set, activities: &[Activity]) -> (Set, Vec<usize>) {
    loop {
        let members = set.members(activities);
        if members.len() > 1 || set == Set::default() {
            return (set, members);
        }
        if set.window.take().is_none() {
            set = Set::default();
        }
    }
}
