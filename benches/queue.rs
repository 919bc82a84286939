//! How long the call queue takes, and how that grows.
//!
//! ```sh
//! cargo bench --bench queue
//! ```
//!
//! A fifth of the customers have a reason, out of those in
//! `pipelines/nightly/calls.toml`, and a third of these have one left over from
//! the night before; the teams have hours for about half of the calls. One night
//! is planned at each size.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Instant;

use clubcall::calls::{
    self, CallReason, CallStatus, CarriedCall, QueueInput, QueueSettings, ReasonHit, Team,
};
use clubcall::campaign::{Key, Policy};
use clubcall::domain::{ContactHours, Language, People, Phone};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256Plus;
use serde::Deserialize;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const AS_OF: Date = Date::constant(2026, 11, 2);
const SIZES: [u32; 4] = [250_000, 500_000, 1_000_000, 2_000_000];

#[derive(Deserialize)]
struct Shipped {
    queue: QueueSettings,
    calls: Vec<CallReason>,
    teams: BTreeMap<String, Team>,
}

fn people(count: u32) -> People {
    let all = || 0..count;
    let zones = [None, Some("Asia/Urumqi"), Some("Asia/Tokyo")];
    let districts = ["harbour", "old-town", "north-park", "hills"];
    People {
        ids: all().map(|row| format!("c{row:08}")).collect(),
        unit: all().map(|row| row / 2).collect(),
        unit_keys: (0..count.div_ceil(2))
            .map(|unit| format!("h{unit:08}"))
            .collect(),
        phone: all()
            .map(|row| Phone::parse(&format!("+9991{row:08}")).ok())
            .collect(),
        name: all().map(|_| None).collect(),
        age: all().map(|row| Some(20 + (row % 60) as i32)).collect(),
        district: all()
            .map(|row| Some(districts[row as usize % 4].to_owned()))
            .collect(),
        timezone: all()
            .map(|row| zones[row as usize / 16 % 3].map(str::to_owned))
            .collect(),
        manager: all()
            .map(|row| (row % 50 == 0).then(|| format!("m{:03}", row % 400)))
            .collect(),
        language: all().map(|_| Some("zh".to_owned())).collect(),
        contact_hours: all()
            .map(|row| ContactHours::new((row % 20 == 0).then_some("17:00"), None, row % 7 != 0))
            .collect(),
        consent: all().map(|_| [true; 4]).collect(),
        personalisation: all().map(|_| true).collect(),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/pipelines/nightly/calls.toml");
    let shipped: Shipped = toml::from_str(&std::fs::read_to_string(path)?)?;
    let conditions: Vec<u16> = (0..)
        .zip(&shipped.calls)
        .filter(|(_, call)| call.when.is_some())
        .map(|(index, _)| index)
        .collect();
    println!(
        "{:>10} {:>9} {:>9} {:>9} {:>9}",
        "customers", "reasons", "calls", "today", "seconds"
    );
    for size in SIZES {
        let mut random = Xoshiro256Plus::seed_from_u64(1);
        let people = people(size);
        let mut teams = shipped.teams.clone();
        for team in teams.values_mut() {
            team.agents = team.agents * size / 5_000;
        }
        let mut hits = Vec::new();
        let mut carried = Vec::new();
        for row in (0..size).filter(|row| row % 5 == 0) {
            let reason = conditions[random.gen_range(0..conditions.len())];
            let ago = random.gen_range(0..6_i64);
            let since = AS_OF.checked_sub(ago.days())?;
            let dated = shipped.calls[usize::from(reason)].days_ago.is_some();
            hits.push(ReasonHit {
                row,
                reason,
                activity: None,
                since,
                dated,
                value: 0.0,
            });
            if row % 15 == 0 {
                carried.push(CarriedCall {
                    row,
                    reason,
                    activity: None,
                    since,
                    attempt: 1 + row % 3,
                    tried_on: None,
                    owner: "desk".to_owned(),
                    listed_on: None,
                    by_machine: false,
                    done_on: None,
                    given_up: false,
                    waits: 0,
                    call_id: None,
                    leads: true,
                });
            }
        }
        let columns = calls::mentioned(&shipped.calls)?
            .into_iter()
            .map(|name| (name, vec!["7".to_owned(); size as usize]))
            .collect();
        let key = Key::new(b"bench key").map_err(|error| error.to_string())?;
        let input = QueueInput {
            as_of: AS_OF,
            timezone: &TimeZone::get("Asia/Shanghai")?,
            language: Language::En,
            people: &people,
            reasons: &shipped.calls,
            teams: &teams,
            hits: &hits,
            carried: &carried,
            settings: &shipped.queue,
            held_back: &vec![false; shipped.calls.len()],
            invitations: &[],
            universal_control: &vec![false; people.unit_keys.len()],
            contacts: &[],
            history: Some(&[]),
            suppressions: &[],
            do_not_contact_stale: false,
            policy: &Policy::default(),
            activities: &[],
            top_interest: &vec![Some("Film"); people.len()],
            next_best: &vec![None; people.len()],
            columns: &columns,
            key: &key,
        };
        let start = Instant::now();
        let queue = calls::plan_calls(&input)?;
        let seconds = start.elapsed().as_secs_f64();
        let today = queue
            .calls
            .iter()
            .filter(|call| call.status == CallStatus::Planned);
        println!(
            "{size:>10} {:>9} {:>9} {:>9} {seconds:>9.2}",
            hits.len(),
            queue.calls.len(),
            today.count()
        );
    }
    Ok(())
}
