//! What must hold for every contact unit: how many contacts, and which
//! activities cannot go to one customer together.

/// At most so many chosen offers of a unit among a set of activities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRule {
    /// What people call it.
    pub name: String,
    /// How many.
    pub max: u16,
    /// Whether an activity counts, by activity.
    pub members: Vec<bool>,
}

/// Pairs of activities that cannot both go to one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What people call it.
    pub name: String,
    /// The pairs; their order does not matter any more.
    pub pairs: Vec<(u16, u16)>,
}

/// The rules of a problem, ready to be looked up.
#[derive(Debug, Clone)]
pub struct Rules {
    contact: Vec<ContactRule>,
    conflicts: Vec<Conflict>,
    /// By activity, the contact rules that count it.
    counting: Vec<Vec<u16>>,
    /// By activity and activity, one bit.
    clash: Vec<u64>,
    words: usize,
    /// The contact rules that count every activity.
    universal: Vec<u16>,
    /// Contacts a unit may still have by each rule, unit by unit, where
    /// earlier contacts have used some up.
    left: Option<Vec<u16>>,
}

impl Rules {
    /// Rules over `activities` activities.
    #[must_use]
    pub fn new(activities: usize, contact: Vec<ContactRule>, conflicts: Vec<Conflict>) -> Self {
        let mut counting = vec![Vec::new(); activities];
        let mut universal = Vec::new();
        for (index, rule) in (0_u16..).zip(&contact) {
            for (activity, _) in rule
                .members
                .iter()
                .enumerate()
                .filter(|(_, member)| **member)
            {
                counting[activity].push(index);
            }
            if rule.members.iter().all(|member| *member) {
                universal.push(index);
            }
        }
        let words = activities.div_ceil(64);
        let mut clash = vec![0_u64; activities * words];
        for &(a, b) in conflicts.iter().flat_map(|conflict| &conflict.pairs) {
            let (a, b) = (usize::from(a), usize::from(b));
            clash[a * words + b / 64] |= 1 << (b % 64);
            clash[b * words + a / 64] |= 1 << (a % 64);
        }
        Self {
            contact,
            conflicts,
            counting,
            clash,
            words,
            universal,
            left: None,
        }
    }

    /// Counts contacts that were made before: `used` of each unit by each
    /// rule, unit by unit, in the order of the rules.
    #[must_use]
    pub fn after(mut self, used: &[u16]) -> Self {
        let rules = self.contact.len();
        debug_assert!(rules == 0 || used.len().is_multiple_of(rules));
        let left = used.iter().enumerate().map(|(at, used)| {
            let max = self.contact[at % rules.max(1)].max;
            max.saturating_sub(*used)
        });
        self.left = Some(left.collect());
        self
    }

    /// The contact rules.
    #[must_use]
    pub fn contact(&self) -> &[ContactRule] {
        &self.contact
    }

    /// The conflicts.
    #[must_use]
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// Whether two activities cannot go to one customer.
    #[inline]
    #[must_use]
    pub fn clash(&self, a: u16, b: u16) -> bool {
        let (a, b) = (usize::from(a), usize::from(b));
        self.clash[a * self.words + b / 64] >> (b % 64) & 1 == 1
    }

    /// The first conflict that keeps two activities apart.
    #[must_use]
    pub fn conflict_between(&self, a: u16, b: u16) -> Option<usize> {
        let same = |pair: &(u16, u16)| *pair == (a, b) || *pair == (b, a);
        self.conflicts
            .iter()
            .position(|conflict| conflict.pairs.iter().any(same))
    }

    /// The contact rules that count an activity.
    #[inline]
    #[must_use]
    pub fn counting(&self, activity: u16) -> &[u16] {
        &self.counting[usize::from(activity)]
    }

    /// How many contacts each rule leaves a unit.
    pub(super) fn room(&self, unit: usize, room: &mut Vec<u16>) {
        room.clear();
        match &self.left {
            Some(left) => {
                let rules = self.contact.len();
                room.extend_from_slice(&left[unit * rules..][..rules]);
            }
            None => room.extend(self.contact.iter().map(|rule| rule.max)),
        }
    }

    /// The most contacts that the rules over all activities leave.
    pub(super) fn most(&self, room: &[u16]) -> usize {
        let rooms = self.universal.iter().map(|&rule| room[usize::from(rule)]);
        rooms.min().map_or(usize::MAX, usize::from)
    }
}
