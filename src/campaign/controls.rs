//! Control groups: contact units held out at random, to measure what a
//! campaign does.
//!
//! A unit's draws come from a keyed hash of its key and the salt, so they stay
//! the same every night, cannot be guessed without the key, and nest: a share
//! raised from 5 % to 10 % keeps the first 5 %.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::domain::Share;

/// The `[controls]` section: how many are held out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ControlSettings {
    /// Share of contact units held out of all campaigns.
    pub universal: Share,
    /// Share of the remaining contact units held out of each activity.
    pub per_activity: Share,
    /// Names the draw; a new salt draws new groups.
    #[schemars(length(min = 1, max = 80))]
    pub salt: String,
}

impl Default for ControlSettings {
    fn default() -> Self {
        Self {
            universal: Share::of(0.05),
            per_activity: Share::of(0.10),
            salt: "1".to_owned(),
        }
    }
}

impl ControlSettings {
    /// By contact unit: whether it is held out of all campaigns, candidate or
    /// not.
    #[must_use]
    pub fn held_out_of_all(&self, key: &Key, unit_keys: &[String]) -> Vec<bool> {
        let is_out =
            |unit: &String| UnitDraw::new(key, &self.salt, unit).in_universal(self.universal);
        unit_keys.par_iter().map(is_out).collect()
    }
}

/// The secret behind keyed hashes. `Debug` hides it.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

/// The key was empty.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the key for keyed hashing is empty; give at least one byte, better 32 random ones")]
pub struct KeyError;

impl Key {
    /// A key of these bytes.
    ///
    /// # Errors
    /// When there is no byte.
    pub fn new(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.is_empty() {
            return Err(KeyError);
        }
        Hmac::new_from_slice(bytes).map(Self).map_err(|_| KeyError)
    }

    /// HMAC-SHA256 over `parts`, each with its length in front, so that no two
    /// lists of parts run together into the same message.
    #[must_use]
    pub fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// What a contact unit drew under one salt: its published pseudonym and the
/// secret numbers that decide about controls and ties.
///
/// One HMAC per unit; a draw by name mixes the unit's secret number with the
/// name's hash, since one HMAC per unit and activity would dominate the night.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnitDraw {
    pseudonym: [u8; 16],
    universal: u64,
    secret: u64,
}

/// Shows the pseudonym only: the numbers would tell who is held out.
impl fmt::Debug for UnitDraw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnitDraw({})", self.pseudonym())
    }
}

impl UnitDraw {
    /// The draw of the contact unit with that key.
    #[must_use]
    pub fn new(key: &Key, salt: &str, unit_key: &str) -> Self {
        let hash = key.hash(&[b"unit", salt.as_bytes(), unit_key.as_bytes()]);
        let number = |at: usize| {
            hash[at..at + 8]
                .iter()
                .fold(0_u64, |number, &byte| number << 8 | u64::from(byte))
        };
        let mut pseudonym = [0; 16];
        pseudonym.copy_from_slice(&hash[..16]);
        Self {
            pseudonym,
            universal: number(16),
            secret: number(24),
        }
    }

    /// 32 hexadecimal digits that stand for the unit in published tables.
    #[must_use]
    pub fn pseudonym(&self) -> String {
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
        let mut text = String::with_capacity(32);
        for byte in self.pseudonym {
            text.push(digit(byte >> 4));
            text.push(digit(byte & 15));
        }
        text
    }

    /// Whether the unit is held out of all campaigns.
    #[must_use]
    pub fn in_universal(&self, share: Share) -> bool {
        uniform(self.universal) < share.get()
    }

    /// Whether the unit is held out of what `name` stands for.
    #[must_use]
    pub fn in_control(&self, name: NameHash, share: Share) -> bool {
        uniform(self.number(name)) < share.get()
    }

    /// The unit's random number for `name`.
    #[must_use]
    pub const fn number(&self, name: NameHash) -> u64 {
        mix(self.secret ^ name.0)
    }
}

/// Hash of the name of a draw, such as an activity's id.
#[derive(Debug, Clone, Copy)]
pub struct NameHash(u64);

impl NameHash {
    /// The first 64 bits of SHA-256 over `purpose` and `name`.
    #[must_use]
    pub fn new(purpose: &str, name: &str) -> Self {
        let hash = Sha256::new()
            .chain_update(purpose)
            .chain_update([0])
            .chain_update(name);
        let hash = hash.finalize();
        Self(
            hash.iter()
                .take(8)
                .fold(0, |number, &byte| number << 8 | u64::from(byte)),
        )
    }
}

/// The 53 high bits as a number from 0 to below 1.
fn uniform(number: u64) -> f64 {
    (number >> 11) as f64 / (1_u64 << 53) as f64
}

/// A bijection on 64 bits that spreads every input bit over all output bits:
/// the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) in
/// Stafford's variant 13.
const fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws() -> Vec<UnitDraw> {
        let key = Key::new(b"test key").unwrap();
        (0..20_000)
            .map(|unit| UnitDraw::new(&key, "2026H2", &format!("unit-{unit}")))
            .collect()
    }

    fn count(draws: &[UnitDraw], test: impl Fn(&UnitDraw) -> bool) -> f64 {
        draws.iter().filter(|draw| test(draw)).count() as f64 / draws.len() as f64
    }

    #[test]
    fn the_key_stays_out_of_debug_and_cannot_be_empty() {
        assert_eq!(format!("{:?}", Key::new(b"secret").unwrap()), "Key(…)");
        assert_eq!(Key::new(b"").unwrap_err(), KeyError);
    }

    #[test]
    fn a_larger_share_keeps_the_smaller_group() {
        let name = NameHash::new("control", "film-night");
        let (five, ten) = (Share::of(0.05), Share::of(0.10));
        for draw in draws() {
            assert!(!draw.in_universal(five) || draw.in_universal(ten));
            assert!(!draw.in_control(name, five) || draw.in_control(name, ten));
            assert!(!draw.in_control(name, Share::ZERO));
            assert!(draw.in_control(name, Share::of(1.0)));
        }
    }

    #[test]
    fn groups_have_their_share_and_are_independent() {
        let draws = draws();
        let half = Share::of(0.5);
        let film = NameHash::new("control", "film-night-2026-11");
        let gym = NameHash::new("control", "gym-trial-2026-11");
        // Four standard deviations of a share of 20,000 are 1.4 points.
        let near = |share: f64, wanted: f64| (share - wanted).abs() < 0.014;
        assert!(near(count(&draws, |d| d.in_universal(half)), 0.5));
        assert!(near(count(&draws, |d| d.in_control(film, half)), 0.5));
        assert!(near(
            count(&draws, |d| d.in_control(film, half)
                && d.in_control(gym, half)),
            0.25
        ));
        assert!(near(
            count(&draws, |d| d.in_control(film, half) && d.in_universal(half)),
            0.25
        ));
    }

    #[test]
    fn another_salt_or_key_draws_other_groups() {
        let key = Key::new(b"test key").unwrap();
        let other = Key::new(b"other key").unwrap();
        let draw = UnitDraw::new(&key, "a", "unit").pseudonym();
        assert_eq!(draw.len(), 32);
        assert_eq!(draw, UnitDraw::new(&key, "a", "unit").pseudonym());
        assert_ne!(draw, UnitDraw::new(&key, "b", "unit").pseudonym());
        assert_ne!(draw, UnitDraw::new(&other, "a", "unit").pseudonym());
    }

    #[test]
    fn parts_do_not_run_together() {
        let key = Key::new(b"test key").unwrap();
        assert_ne!(key.hash(&[b"ab", b"c"]), key.hash(&[b"a", b"bc"]));
    }
}
