use std::fmt;

use rand::Rng;

use super::activity::{Activity, HORIZON};
use crate::domain::Channel;
use crate::sample::draw::one_of;
use crate::sample::interests::Interest;

/// A set of activities: of a channel, about one of some products, in a window.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Set {
    /// `None` is every channel.
    pub(super) channel: Option<Channel>,
    /// Empty is every product.
    pub(super) products: Vec<Interest>,
    /// The first and the last day.
    pub(super) window: Option<(u32, u32)>,
}

impl Set {
    pub(super) fn holds(&self, activity: &Activity) -> bool {
        self.channel
            .is_none_or(|channel| channel == activity.channel)
            && (self.products.is_empty()
                || activity
                    .products
                    .iter()
                    .any(|product| self.products.contains(product)))
            && self
                .window
                .is_none_or(|(from, to)| (from..=to).contains(&activity.day))
    }

    /// The positions of the activities in the set.
    pub(super) fn members(&self, activities: &[Activity]) -> Vec<usize> {
        (0..activities.len())
            .filter(|&at| self.holds(&activities[at]))
            .collect()
    }

    /// `count` different products.
    pub(super) fn about(mut self, rng: &mut impl Rng, count: usize) -> Self {
        while self.products.len() < count {
            let product = one_of(rng, &Interest::ALL);
            if !self.products.contains(&product) {
                self.products.push(product);
            }
        }
        self.products.sort_unstable();
        self
    }

    /// A window of that many days.
    pub(super) fn during(mut self, rng: &mut impl Rng, days: u32) -> Self {
        let from = rng.gen_range(0..=HORIZON - days);
        self.window = Some((from, from + days - 1));
        self
    }

    pub(super) fn by(mut self, channel: Channel) -> Self {
        self.channel = Some(channel);
        self
    }
}

/// In words: `sms, film or music, days 0 to 29`.
impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self
            .products
            .iter()
            .map(|product| product.as_str())
            .collect();
        let channel = self.channel.map(|channel| channel.as_str().to_owned());
        let products = Some(names.join(" or ")).filter(|names| !names.is_empty());
        let window = self.window.map(|(from, to)| format!("days {from} to {to}"));
        let parts: Vec<String> = channel.into_iter().chain(products).chain(window).collect();
        if parts.is_empty() {
            return f.write_str("everything");
        }
        f.write_str(&parts.join(", "))
    }
}
