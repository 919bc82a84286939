//! `problem.toml`. Every text in it is a plain word, so nothing needs escaping.

use std::fmt::Write;

use super::activity::{Activity, HORIZON};
use super::conflict::Conflict;
use super::limit::{Kind, Limit};
use super::planted::MOST_CONTACTS;
use super::set::Set;
use crate::sample::interests::Interest;

/// The text, with `bounds` by limit.
pub(super) fn page(
    activities: &[Activity],
    limits: &[Limit],
    bounds: &[f64],
    conflicts: &[Conflict],
) -> String {
    let mut page = String::from("# Written by clubcall sample.\n");
    for (at, activity) in activities.iter().enumerate() {
        let seats = (limits.iter().zip(bounds))
            .find(|(limit, _)| limit.kind == Kind::Seats && limit.members == [at]);
        page += &self::activity(activity, seats.map(|(_, seats)| *seats));
    }
    for (limit, bound) in limits.iter().zip(bounds) {
        if limit.kind != Kind::Seats {
            page += &constraint(limit, *bound);
        }
    }
    page += &format!(
        "\n[[contact_rules]]\nmax = {MOST_CONTACTS}\nfrom = 0\nto = {}\n",
        HORIZON - 1
    );
    for conflict in conflicts {
        page += &format!(
            "\n[[conflicts]]\nfirst = {}\nsecond = {}\nlag_days = {}\n",
            side(&conflict.first),
            side(&conflict.second),
            conflict.lag
        );
    }
    page
}

fn activity(activity: &Activity, seats: Option<f64>) -> String {
    let mut text = format!(
        "\n[[activities]]\nid = \"{}\"\nday = {}\nchannel = \"{}\"\nproducts = {}\ncost = {:?}\n",
        activity.id,
        activity.day,
        activity.channel.as_str(),
        list(&activity.products),
        activity.cost
    );
    if let Some(seats) = seats {
        let _ = writeln!(text, "seats = {seats}");
    }
    text
}

fn constraint(limit: &Limit, bound: f64) -> String {
    let Set {
        channel,
        products,
        window,
    } = &limit.set;
    let mut text = format!(
        "\n[[constraints]]\nname = \"{}: {}\"\nkind = \"{}\"\n",
        limit.kind.as_str().replace('_', " "),
        limit.set,
        limit.kind.as_str()
    );
    if let Some(channel) = channel {
        let _ = writeln!(text, "channels = [\"{}\"]", channel.as_str());
    }
    if !products.is_empty() {
        let _ = writeln!(text, "products = {}", list(products));
    }
    if let Some((from, to)) = window {
        let _ = writeln!(text, "from = {from}\nto = {to}");
    }
    // With a decimal point, as the number it is.
    let _ = writeln!(text, "bound = {bound:?}");
    text
}

fn side(set: &Set) -> String {
    let channel = set
        .channel
        .map(|channel| format!("channel = \"{}\"", channel.as_str()));
    let product = set
        .products
        .first()
        .map(|product| format!("product = \"{}\"", product.as_str()));
    let parts: Vec<String> = channel.into_iter().chain(product).collect();
    format!("{{ {} }}", parts.join(", "))
}

fn list(products: &[Interest]) -> String {
    let names: Vec<String> = products
        .iter()
        .map(|p| format!("\"{}\"", p.as_str()))
        .collect();
    format!("[{}]", names.join(", "))
}
