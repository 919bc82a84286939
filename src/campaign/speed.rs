use super::testing::*;
use super::*;
#[test]
fn speed() {
    let n = 1_000_000u32;
    let people = people(n);
    let activities: Vec<_> = (0..12)
        .map(|i| {
            let mut a = activity(&format!("act-{i}"), "film");
            a.seats = Seats::Total(20_000);
            a
        })
        .collect();
    let mut x = 1u64;
    let mut rnd = || {
        x = x
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (x >> 33) as f64 / (1u64 << 31) as f64
    };
    let affinity: Vec<Vec<f64>> = (0..12).map(|_| (0..n).map(|_| rnd()).collect()).collect();
    let eligible: Vec<Vec<u32>> = affinity
        .iter()
        .map(|a| (0..n).filter(|&r| a[r as usize] > 0.2).collect())
        .collect();
    let contacts: Vec<_> = (0..n)
        .step_by(2)
        .map(|r| {
            contact(
                r,
                "act-3",
                ["2026-10-01", "2026-10-28"][(r % 4 / 2) as usize],
            )
        })
        .collect();
    let t = std::time::Instant::now();
    let policy = Policy::default();
    let key = Key::new(b"k").unwrap();
    let c = plan_campaign(&CampaignInput {
        as_of: "2026-11-01".parse().unwrap(),
        timezone: &shanghai(),
        people: &people,
        activities: &activities,
        held_back: &[false; 12],
        eligible: &eligible,
        affinity: &affinity,
        scores: &[],
        outcomes: &[],
        contacts: &contacts,
        suppressions: &[],
        do_not_contact_stale: false,
        service_first: &vec![false; n as usize],
        policy: &policy,
        controls: &ControlSettings::default(),
        key: &key,
    })
    .unwrap();
    eprintln!(
        "SPEED {:?} candidates {} invited {}",
        t.elapsed(),
        c.candidates.len(),
        c.invitations.len()
    );
}
