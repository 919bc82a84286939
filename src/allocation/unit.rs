//! The best choice for one contact unit at given prices: exact, with contact
//! rules and conflicts.

use super::rules::Rules;

/// An offer that is worth more than its price.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    /// Value less prices; above 0.
    pub(super) gain: f64,
    /// The offer's place in its unit.
    pub(super) at: u32,
    pub(super) activity: u16,
    pub(super) customer: u32,
}

/// A search through so many sets is cut short; the best found so far is taken,
/// and the bound takes what might have been missed.
const MOST_STEPS: u32 = 200_000;

/// Chooses for one unit after another; holds the memory that this needs.
#[derive(Debug)]
pub(super) struct Chooser<'a> {
    rules: &'a Rules,
    /// To be filled by the caller, in the order of the unit's offers.
    pub(super) items: Vec<Item>,
    room: Vec<u16>,
    chosen: Vec<Item>,
    best: Vec<Item>,
    best_gain: f64,
    /// Sums of the gains of the first items.
    sums: Vec<f64>,
    steps: u32,
}

impl<'a> Chooser<'a> {
    pub(super) fn new(rules: &'a Rules) -> Self {
        Self {
            rules,
            items: Vec::new(),
            room: Vec::new(),
            chosen: Vec::new(),
            best: Vec::new(),
            best_gain: 0.0,
            sums: Vec::new(),
            steps: 0,
        }
    }

    /// The set of items of most gain that the rules allow, and an upper bound
    /// on any set's gain: the gain itself, save when the search was cut short.
    pub(super) fn choose(&mut self, unit: usize) -> (&[Item], f64, f64) {
        self.best.clear();
        self.best_gain = 0.0;
        if self.items.is_empty() {
            return (&self.best, 0.0, 0.0);
        }
        // Without equals, so that the order of arrival does not matter.
        self.items
            .sort_unstable_by(|a, b| b.gain.total_cmp(&a.gain).then(a.at.cmp(&b.at)));
        self.rules.room(unit, &mut self.room);
        let most = self.rules.most(&self.room);
        let certain = self.in_turn(most);
        if certain {
            return (&self.best, self.best_gain, self.best_gain);
        }
        let bound = self.search(most);
        (&self.best, self.best_gain, bound)
    }

    /// Takes items in order of gain while the rules allow. When nothing but a
    /// limit over all activities ever stood in the way, no set gains more.
    fn in_turn(&mut self, most: usize) -> bool {
        let mut certain = true;
        for at in 0..self.items.len() {
            if self.best.len() >= most {
                break;
            }
            let item = self.items[at];
            if fits(self.rules, &self.room, &self.best, &item) {
                take(self.rules, &mut self.room, &item);
                self.best.push(item);
                self.best_gain += item.gain;
            } else {
                certain = false;
            }
        }
        for item in &self.best {
            give_back(self.rules, &mut self.room, item);
        }
        certain
    }

    /// Branch and bound over the sets of items.
    fn search(&mut self, most: usize) -> f64 {
        self.sums.clear();
        self.sums.push(0.0);
        let mut sum = 0.0;
        for item in &self.items {
            sum += item.gain;
            self.sums.push(sum);
        }
        self.steps = 0;
        self.chosen.clear();
        self.branch(0, 0.0, most);
        if self.steps >= MOST_STEPS {
            return self.sums[most.min(self.items.len())];
        }
        self.best_gain
    }

    fn branch(&mut self, from: usize, gain: f64, most: usize) {
        if gain > self.best_gain {
            self.best_gain = gain;
            self.best.clone_from(&self.chosen);
        }
        if most == 0 {
            return;
        }
        for at in from..self.items.len() {
            self.steps += 1;
            if self.steps >= MOST_STEPS || gain + self.hope(at, most) <= self.best_gain {
                return;
            }
            let item = self.items[at];
            if fits(self.rules, &self.room, &self.chosen, &item) {
                take(self.rules, &mut self.room, &item);
                self.chosen.push(item);
                self.branch(at + 1, gain + item.gain, most - 1);
                self.chosen.pop();
                give_back(self.rules, &mut self.room, &item);
            }
        }
    }

    /// At most so much can be gained by items from `from` on.
    fn hope(&self, from: usize, most: usize) -> f64 {
        if most < self.items.len() - from {
            return self.sums[from + most] - self.sums[from];
        }
        self.items[from..]
            .iter()
            .filter(|item| fits(self.rules, &self.room, &self.chosen, item))
            .map(|item| item.gain)
            .sum()
    }
}

/// Whether the rules allow an item beside those chosen.
#[inline]
pub(super) fn fits(rules: &Rules, room: &[u16], chosen: &[Item], item: &Item) -> bool {
    rules
        .counting(item.activity)
        .iter()
        .all(|&rule| room[usize::from(rule)] > 0)
        && !chosen.iter().any(|other| {
            other.customer == item.customer && rules.clash(other.activity, item.activity)
        })
}

#[inline]
pub(super) fn take(rules: &Rules, room: &mut [u16], item: &Item) {
    for &rule in rules.counting(item.activity) {
        room[usize::from(rule)] -= 1;
    }
}

#[inline]
pub(super) fn give_back(rules: &Rules, room: &mut [u16], item: &Item) {
    for &rule in rules.counting(item.activity) {
        room[usize::from(rule)] += 1;
    }
}
