use super::{Channel, ContactHours, Phone};

/// The index of a contact unit in [`People::unit_keys`].
pub type Unit = u32;

/// What the campaign and the call queue must know of each customer: columns of
/// equal length, one entry per customer, in ascending order of `ids`.
///
/// A position in these columns is "the customer's row" everywhere downstream.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// Customer ids, ascending and unique.
    pub ids: Vec<String>,
    /// The contact unit (household or phone) behind each customer.
    pub unit: Vec<Unit>,
    /// What identifies each contact unit, ascending; personal when it is a
    /// phone, so only its keyed hash is ever published.
    pub unit_keys: Vec<String>,
    /// The number to reach the customer by, if it is a valid one.
    pub phone: Vec<Option<Phone>>,
    /// The name on the lists, if known.
    pub name: Vec<Option<String>>,
    /// Whole years at the as-of date, if the birth date is known.
    pub age: Vec<Option<i32>>,
    /// The place that seats are counted by.
    pub district: Vec<Option<String>>,
    /// IANA zone, if it is not the pipeline's.
    pub timezone: Vec<Option<String>>,
    /// The customer's account manager.
    pub manager: Vec<Option<String>>,
    /// The language to speak, as the customers table has it.
    pub language: Vec<Option<String>>,
    /// When the customer wants to be contacted.
    pub contact_hours: Vec<ContactHours>,
    /// Consent per customer, by [`Channel::index`]; unknown is no.
    pub consent: Vec<[bool; 4]>,
    /// Whether personalised offers are allowed; unknown is no.
    pub personalisation: Vec<bool>,
}

impl People {
    /// The number of customers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no customer.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The row of the customer with that id.
    #[must_use]
    pub fn row(&self, id: &str) -> Option<usize> {
        self.ids
            .binary_search_by(|other| other.as_str().cmp(id))
            .ok()
    }

    /// Whether the customer agreed to be contacted by `channel`.
    #[must_use]
    pub fn consents(&self, row: usize, channel: Channel) -> bool {
        self.consent[row][channel.index()]
    }
}
