//! Making a leaf of a tree a rule that stands by itself.

use super::rules::Condition;
use super::tree::Sample;

/// What a limit must add to a rule's score to be worth reading.
const WORTH: f64 = 0.01;

/// A rule in the making: limits on dimensions, as indices of thresholds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Draft {
    limits: Vec<Limits>,
}

/// The bins of a dimension that a rule holds for: those after `above` up to
/// and including `at_most`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Limits {
    question: usize,
    above: Option<usize>,
    at_most: Option<usize>,
}

/// Whom a rule holds for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    /// Members of the cluster.
    pub(super) members: u32,
    /// Others.
    pub(super) others: u32,
    /// All members of the cluster, for whom it holds or not.
    pub(super) all: u32,
}

impl Counts {
    /// The counts of a rule that holds for all of `rows`.
    pub(super) fn of(rows: &[u32], cluster: usize, sample: &Sample<'_>) -> Self {
        let is_member = |&&row: &&u32| sample.labels[row as usize] == cluster;
        let members = rows.iter().filter(is_member).count() as u32;
        Self {
            members,
            others: rows.len() as u32 - members,
            all: members,
        }
    }

    /// Share of members among those for whom it holds.
    pub(super) fn precision(self) -> f64 {
        f64::from(self.members) / f64::from((self.members + self.others).max(1))
    }

    /// F½, the mean of precision and recall in which precision counts double
    /// (van Rijsbergen 1979, "Information Retrieval", chapter 7).
    pub(super) fn score(self) -> f64 {
        let missed = f64::from(self.all - self.members);
        let members = 1.25 * f64::from(self.members);
        let whole = members + 0.25 * missed + f64::from(self.others);
        if whole > 0.0 { members / whole } else { 0.0 }
    }
}

impl Limits {
    fn holds(&self, bin: usize) -> bool {
        self.above.is_none_or(|cut| bin > cut) && self.at_most.is_none_or(|cut| bin <= cut)
    }

    /// No limit on the same dimension.
    fn none(&self) -> Self {
        Self {
            above: None,
            at_most: None,
            ..*self
        }
    }

    /// How many limits these are, 0 to 2.
    fn count(&self) -> usize {
        usize::from(self.above.is_some()) + usize::from(self.at_most.is_some())
    }
}

impl Draft {
    /// The same with a lower limit on a dimension.
    pub(super) fn above(&self, question: usize, cut: usize) -> Self {
        self.with(question, |limits| limits.above = Some(cut))
    }

    /// The same with an upper limit on a dimension.
    pub(super) fn at_most(&self, question: usize, cut: usize) -> Self {
        self.with(question, |limits| limits.at_most = Some(cut))
    }

    fn with(&self, question: usize, change: impl FnOnce(&mut Limits)) -> Self {
        let mut draft = self.clone();
        let place = draft.limits.iter().position(|l| l.question == question);
        let place = place.unwrap_or_else(|| {
            draft.limits.push(Limits {
                question,
                above: None,
                at_most: None,
            });
            draft.limits.len() - 1
        });
        change(&mut draft.limits[place]);
        draft
    }

    /// Whether it holds for a customer of the sample.
    pub(super) fn holds(&self, row: u32, sample: &Sample<'_>) -> bool {
        self.limits
            .iter()
            .all(|limits| limits.holds(sample.bin(limits.question, row)))
    }

    /// A short rule that asks about nothing that this one does not ask about,
    /// and whom of `rows` it holds for.
    ///
    /// Limits are left out, moved and put back, one at a time and always the
    /// one that helps most, until nothing raises the rule's worth any more
    /// (after C4.5rules, Quinlan 1993, "C4.5: Programs for Machine Learning",
    /// chapter 5). The search starts once from all limits and once from the
    /// best single one, since either can end where the other goes on.
    pub(super) fn refined(
        &self,
        cluster: usize,
        rows: &[u32],
        sample: &Sample<'_>,
    ) -> (Self, Counts) {
        let all = Counts::of(rows, cluster, sample).all;
        let search = Search {
            asked: self,
            cluster,
            rows,
            sample,
            all,
        };
        let long = search.climb(self.clone());
        let short = search.climb(Self {
            limits: self.limits.iter().map(Limits::none).collect(),
        });
        let (mut best, counts) = if short.0.worth(short.1) > long.0.worth(long.1) {
            short
        } else {
            long
        };
        best.limits.retain(|limits| limits.count() > 0);
        best.order(cluster, rows, sample, all);
        (best, counts)
    }

    fn count(&self) -> usize {
        self.limits.iter().map(Limits::count).sum()
    }

    /// The score of a rule less what it costs to read it.
    fn worth(&self, counts: Counts) -> f64 {
        counts.score() - WORTH * self.count() as f64
    }

    /// Puts first what the rule can do without the least.
    fn order(&mut self, cluster: usize, rows: &[u32], sample: &Sample<'_>, all: u32) {
        let without = |at: usize| {
            let rest = Self {
                limits: [&self.limits[..at], &self.limits[at + 1..]].concat(),
            };
            let held = rows.iter().copied();
            let held: Vec<u32> = held.filter(|&row| rest.holds(row, sample)).collect();
            let counts = Counts::of(&held, cluster, sample);
            Counts { all, ..counts }.score()
        };
        let mut ranked: Vec<(f64, Limits)> = self
            .limits
            .iter()
            .enumerate()
            .map(|(at, &limits)| (without(at), limits))
            .collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.limits = ranked.into_iter().map(|(_, limits)| limits).collect();
    }

    /// The rule in the features' units.
    pub(super) fn conditions(&self, sample: &Sample<'_>) -> Vec<Condition> {
        let threshold = |question: usize, cut: usize| sample.thresholds[question][cut];
        self.limits
            .iter()
            .map(|limits| Condition {
                question: limits.question,
                above: limits.above.map(|cut| threshold(limits.question, cut)),
                at_most: limits.at_most.map(|cut| threshold(limits.question, cut)),
            })
            .collect()
    }
}

/// Members and others up to each bin of a dimension.
type UpTo = Vec<(u32, u32)>;

/// The search for a short rule.
struct Search<'a> {
    /// The limits that may be used; where they lie is open.
    asked: &'a Draft,
    cluster: usize,
    rows: &'a [u32],
    sample: &'a Sample<'a>,
    /// Members among the rows.
    all: u32,
}

impl Search<'_> {
    /// The best rule within reach of `draft`, and whom it holds for.
    fn climb(&self, mut draft: Draft) -> (Draft, Counts) {
        let mut counts = Counts::default();
        let mut value = f64::NEG_INFINITY;
        loop {
            let mut best: Option<(usize, Limits, Counts)> = None;
            for (at, up_to) in self.up_to(&draft).iter().enumerate() {
                let others = draft.count() - draft.limits[at].count();
                for (limits, found) in self.moves(at, draft.limits[at], up_to) {
                    let limits_then = others + limits.count();
                    let worth = found.score() - WORTH * limits_then as f64;
                    // A rule without a limit would say nothing.
                    if limits_then > 0 && worth > value + 1e-9 {
                        value = worth;
                        best = Some((at, limits, found));
                    }
                }
            }
            let Some((at, limits, found)) = best else {
                return (draft, counts);
            };
            draft.limits[at] = limits;
            counts = found;
        }
    }

    /// For each dimension, members and others up to each of its bins among
    /// those for whom the rule holds in all other dimensions.
    fn up_to(&self, draft: &Draft) -> Vec<UpTo> {
        let bins = |limits: &Limits| self.sample.thresholds[limits.question].len() + 2;
        let mut up_to: Vec<UpTo> = draft
            .limits
            .iter()
            .map(|limits| vec![(0, 0); bins(limits)])
            .collect();
        for &row in self.rows {
            let broken = |limits: &&Limits| !limits.holds(self.sample.bin(limits.question, row));
            let mut broken = draft.limits.iter().enumerate().filter(|(_, l)| broken(l));
            let is_member = self.sample.labels[row as usize] == self.cluster;
            let mut count = |at: usize| {
                let bin = self.sample.bin(draft.limits[at].question, row) + 1;
                let bin = &mut up_to[at][bin];
                bin.0 += u32::from(is_member);
                bin.1 += u32::from(!is_member);
            };
            match (broken.next(), broken.next()) {
                (None, _) => (0..draft.limits.len()).for_each(count),
                (Some((only, _)), None) => count(only),
                _ => {}
            }
        }
        for bins in &mut up_to {
            for bin in 1..bins.len() {
                bins[bin].0 += bins[bin - 1].0;
                bins[bin].1 += bins[bin - 1].1;
            }
        }
        up_to
    }

    /// What becomes of the rule when one limit of a dimension is moved, left
    /// out or put in.
    fn moves<'u>(
        &'u self,
        at: usize,
        limits: Limits,
        up_to: &'u [(u32, u32)],
    ) -> impl Iterator<Item = (Limits, Counts)> + 'u {
        let asked = self.asked.limits[at];
        let cuts = up_to.len() - 2;
        let places = move || std::iter::once(None).chain((0..cuts).map(Some));
        let lower = asked
            .above
            .map(|_| places().map(move |above| Limits { above, ..limits }));
        let upper = asked
            .at_most
            .map(|_| places().map(move |at_most| Limits { at_most, ..limits }));
        let count = move |limits: Limits| {
            let low = up_to[limits.above.map_or(0, |cut| cut + 1)];
            let high = up_to[limits.at_most.map_or(cuts + 1, |cut| cut + 1)];
            let counts = Counts {
                members: high.0.saturating_sub(low.0),
                others: high.1.saturating_sub(low.1),
                all: self.all,
            };
            (limits, counts)
        };
        let moved = lower
            .into_iter()
            .flatten()
            .chain(upper.into_iter().flatten());
        moved.map(count)
    }
}
