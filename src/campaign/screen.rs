use std::ops::Deref;

use super::{History, Policy};
use crate::domain::{Channel, DecisionReason, People};

/// A do-not-contact entry, resolved to a customer and valid at the as-of date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suppression {
    /// The customer's row.
    pub row: u32,
    /// The channels that are closed, by [`Channel::index`].
    pub channels: [bool; 4],
}

/// Why the contact policy keeps a customer off, and what bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The first reason, in the order of [`DecisionReason`].
    pub reason: DecisionReason,
    /// The setting that bound, where there are several or it is not obvious.
    pub bound: Option<Bound>,
}

/// What bound a decision, as the ledger names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// A finding of the pre-launch review.
    Review,
    /// No allowed hour is left before the activity starts.
    NoWindow,
    /// `policy.adult_age`.
    AdultAge,
    /// The do-not-contact list is missing or too old to be trusted.
    StaleList,
    /// `policy.cool_off`.
    CoolOff,
    /// `controls.universal`.
    Universal,
    /// `controls.per_activity`.
    PerActivity,
    /// Constraints that cannot hold.
    Infeasible,
    /// An entry of `[[constraints]]`.
    Constraint(u16),
    /// An entry of `[[contact_rules]]`.
    ContactRule(u16),
    /// An entry of `[[conflicts]]`.
    Conflict(u16),
    /// The minutes of the team that makes the calls.
    CallMinutes,
    /// An entry of `policy.marketing_caps`.
    Cap(u8),
    /// The unit's invitation to that activity.
    Invitation(u16),
    /// The seats of that pool.
    Seats(u16),
}

/// The channels open to a customer, the activity's preferred one first; never
/// empty.
#[derive(Debug, Clone, Copy)]
pub struct Allowed {
    channels: [Channel; 4],
    len: usize,
}

impl Allowed {
    fn none() -> Self {
        Self {
            channels: [Channel::App; 4],
            len: 0,
        }
    }

    fn of(channels: impl Iterator<Item = Channel>) -> Self {
        let mut allowed = Self::none();
        for channel in channels.take(4) {
            allowed.channels[allowed.len] = channel;
            allowed.len += 1;
        }
        allowed
    }
}

impl Deref for Allowed {
    type Target = [Channel];

    fn deref(&self) -> &[Channel] {
        &self.channels[..self.len]
    }
}

/// The contact policy over all customers.
#[derive(Debug)]
pub struct Screening<'a> {
    people: &'a People,
    policy: &'a Policy,
    history: &'a History,
    suppressed: Vec<[bool; 4]>,
    service_first: Vec<bool>,
    stale: bool,
}

impl<'a> Screening<'a> {
    /// Prepares the screening. `service_first` says per customer whether a
    /// service case is open, which blocks promotion to the whole contact unit;
    /// `stale` that the do-not-contact list is missing or too old, which
    /// closes every channel that needs a phone.
    #[must_use]
    pub fn new(
        people: &'a People,
        policy: &'a Policy,
        history: &'a History,
        suppressions: &[Suppression],
        service_first: &[bool],
        stale: bool,
    ) -> Self {
        let mut suppressed = vec![[false; 4]; people.len()];
        for entry in suppressions {
            for (closed, more) in suppressed[entry.row as usize]
                .iter_mut()
                .zip(entry.channels)
            {
                *closed |= more;
            }
        }
        let mut units = vec![false; people.unit_keys.len()];
        for (&unit, &open) in people.unit.iter().zip(service_first) {
            units[unit as usize] |= open;
        }
        Self {
            people,
            policy,
            history,
            suppressed,
            service_first: units,
            stale,
        }
    }

    /// The first reason to keep the customer off marketing by any of
    /// `channels`, or the channels that are open, in the same order.
    ///
    /// # Errors
    /// The first refusal, in the order of [`DecisionReason`].
    pub fn screen(&self, row: usize, channels: &[Channel]) -> Result<Allowed, Refusal> {
        let allowed = self.person_and_channels(row, channels)?;
        self.frequency(row)?;
        Ok(allowed)
    }

    /// As [`Screening::screen`], without the caps on frequency.
    ///
    /// # Errors
    /// The first refusal, in the order of [`DecisionReason`].
    pub fn person_and_channels(
        &self,
        row: usize,
        channels: &[Channel],
    ) -> Result<Allowed, Refusal> {
        let people = self.people;
        if !people.personalisation[row] {
            return refuse(DecisionReason::NoPersonalisation, None);
        }
        match people.age[row] {
            Some(age) if age >= self.policy.adult_age => {}
            Some(_) => return refuse(DecisionReason::Minor, Some(Bound::AdultAge)),
            None => return refuse(DecisionReason::AgeUnknown, Some(Bound::AdultAge)),
        }
        if self.service_first[people.unit[row] as usize] {
            return refuse(DecisionReason::ServiceFirst, None);
        }
        let agreed = Allowed::of(
            channels
                .iter()
                .copied()
                .filter(|&c| people.consents(row, c)),
        );
        if agreed.is_empty() {
            return refuse(DecisionReason::NoConsent, None);
        }
        let listed = |c: Channel| self.suppressed[row][c.index()];
        let open = Allowed::of(agreed.iter().copied().filter(|&c| !listed(c)));
        if open.is_empty() {
            return refuse(DecisionReason::DoNotContact, None);
        }
        let trusted = Allowed::of(
            open.iter()
                .copied()
                .filter(|c| !(self.stale && c.needs_phone())),
        );
        if trusted.is_empty() {
            return refuse(DecisionReason::DoNotContact, Some(Bound::StaleList));
        }
        let has_phone = people.phone[row].is_some();
        let reachable = Allowed::of(
            trusted
                .iter()
                .copied()
                .filter(|c| has_phone || !c.needs_phone()),
        );
        if reachable.is_empty() {
            return refuse(DecisionReason::NoPhone, None);
        }
        Ok(reachable)
    }

    /// Whether earlier contacts leave room for one more.
    ///
    /// # Errors
    /// When the unit is left alone after ignoring contacts, or a cap is used
    /// up.
    pub fn frequency(&self, row: usize) -> Result<(), Refusal> {
        let unit = self.people.unit[row];
        if self.history.paused(unit) {
            return refuse(DecisionReason::CoolOff, Some(Bound::CoolOff));
        }
        match self.history.capped(unit) {
            Some(cap) => refuse(DecisionReason::ContactCap, Some(Bound::Cap(cap))),
            None => Ok(()),
        }
    }
}

const fn refuse<T>(reason: DecisionReason, bound: Option<Bound>) -> Result<T, Refusal> {
    Err(Refusal { reason, bound })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::testing::{contact, people};

    const ALL: [Channel; 3] = [Channel::App, Channel::Sms, Channel::Call];

    /// Screens row 0 of one customer after `change`.
    fn screened(
        change: impl FnOnce(&mut People, &mut Vec<Suppression>, &mut bool, &mut bool),
    ) -> Result<Vec<Channel>, DecisionReason> {
        let mut customers = people(1);
        let (mut suppressions, mut service, mut stale) = (Vec::new(), false, false);
        change(&mut customers, &mut suppressions, &mut service, &mut stale);
        let policy = Policy::default();
        let history = History::new(&customers, &[], &policy, "2026-11-01".parse().unwrap());
        let screening = Screening::new(
            &customers,
            &policy,
            &history,
            &suppressions,
            &[service],
            stale,
        );
        match screening.screen(0, &ALL) {
            Ok(allowed) => Ok(allowed.to_vec()),
            Err(refusal) => Err(refusal.reason),
        }
    }

    const CALL_ONLY: Suppression = Suppression {
        row: 0,
        channels: [false, false, true, false],
    };

    #[test]
    fn each_reason_is_found() {
        use DecisionReason as R;
        assert_eq!(screened(|_, _, _, _| {}), Ok(ALL.to_vec()));
        assert_eq!(
            screened(|p, _, _, _| p.personalisation[0] = false),
            Err(R::NoPersonalisation)
        );
        assert_eq!(screened(|p, _, _, _| p.age[0] = Some(17)), Err(R::Minor));
        assert_eq!(screened(|p, _, _, _| p.age[0] = Some(18)), Ok(ALL.to_vec()));
        assert_eq!(screened(|p, _, _, _| p.age[0] = None), Err(R::AgeUnknown));
        assert_eq!(
            screened(|_, _, service, _| *service = true),
            Err(R::ServiceFirst)
        );
        assert_eq!(
            screened(|p, _, _, _| p.consent[0] = [false; 4]),
            Err(R::NoConsent)
        );
        assert_eq!(
            screened(|_, s, _, _| s.push(Suppression {
                row: 0,
                channels: [true; 4]
            })),
            Err(R::DoNotContact)
        );
    }

    #[test]
    fn channels_close_one_by_one() {
        let kept = screened(|_, s, _, _| s.push(CALL_ONLY)).unwrap();
        assert_eq!(kept, [Channel::App, Channel::Sms]);
        let kept = screened(|p, _, _, _| p.phone[0] = None).unwrap();
        assert_eq!(kept, [Channel::App]);
        let kept = screened(|_, _, _, stale| *stale = true).unwrap();
        assert_eq!(kept, [Channel::App]);
    }

    #[test]
    fn the_reason_is_that_of_the_last_channel_to_close() {
        // Consent for calls only, and calls are closed.
        let call_consent = |p: &mut People| p.consent[0] = [false, false, true, false];
        let reason = screened(|p, s, _, _| {
            call_consent(p);
            s.push(CALL_ONLY);
        });
        assert_eq!(reason, Err(DecisionReason::DoNotContact));
        let reason = screened(|p, _, _, _| {
            call_consent(p);
            p.phone[0] = None;
        });
        assert_eq!(reason, Err(DecisionReason::NoPhone));
        let reason = screened(|p, _, _, stale| {
            call_consent(p);
            *stale = true;
        });
        assert_eq!(reason, Err(DecisionReason::DoNotContact));
    }

    #[test]
    fn frequency_comes_after_the_channels() {
        let customers = people(1);
        let policy = Policy::default();
        let contacts = [contact(0, "a", "2026-10-31")];
        let history = History::new(
            &customers,
            &contacts,
            &policy,
            "2026-11-01".parse().unwrap(),
        );
        let screening = Screening::new(&customers, &policy, &history, &[], &[false], false);
        assert_eq!(
            screening.screen(0, &ALL).unwrap_err(),
            Refusal {
                reason: DecisionReason::ContactCap,
                bound: Some(Bound::Cap(0))
            }
        );
        assert_eq!(
            screening.screen(0, &[]).unwrap_err().reason,
            DecisionReason::NoConsent
        );
    }
}
