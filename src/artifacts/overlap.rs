use super::{Night, float, int, text};
use crate::outputs::{OutColumn, OutTable, OutputError};

/// From this affinity on a customer counts as fond of an interest: half way
/// between a typical user and the fondest.
const FOND: f64 = 0.75;

/// `overlap.parquet`: how many customers are fond of two interests at once.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let interests = &night.plan.view.interests;
    let affinities = night.affinities;
    let mut both = vec![vec![0_u64; affinities.len()]; affinities.len()];
    let customers = affinities.first().map_or(0, |first| first.affinity.len());
    let mut fond = Vec::with_capacity(affinities.len());
    let shown = night.shown();
    for customer in (0..customers).filter(|&customer| shown[customer]) {
        fond.clear();
        fond.extend((0..affinities.len()).filter(|&at| affinities[at].affinity[customer] >= FOND));
        for &one in &fond {
            for &other in &fond {
                both[one][other] += 1;
            }
        }
    }
    let pairs = || (0..both.len()).flat_map(|one| (0..both.len()).map(move |other| (one, other)));
    OutTable::new(
        "overlap",
        "One row per pair of interests: customers whose affinity to both is 0.75 or more, without those who opted out of personalisation.",
        vec![
            OutColumn::new(
                "interest",
                "The interest.",
                text(pairs().map(|(one, _)| &interests[one].id)),
            ),
            OutColumn::new(
                "other",
                "The other interest; the same for all who are fond of it.",
                text(pairs().map(|(_, other)| &interests[other].id)),
            ),
            OutColumn::new(
                "customers",
                "Customers fond of both.",
                int(pairs().map(|(one, other)| both[one][other])),
            )
            .unit("customers"),
            OutColumn::new(
                "share",
                "Their part of those fond of the first, 0 to 1.",
                float(pairs().map(|(one, other)| both[one][other] as f64 / both[one][one] as f64)),
            )
            .unit("1"),
        ],
    )
}
