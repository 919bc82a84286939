//! The sample's customers and what is known about them, and the contact policy
//! written down once more, slowly and plainly: who may be asked, by what.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Table;

/// A customer as the customers table has them.
pub(crate) struct Customer {
    /// Only if it is a number that can be dialled.
    pub(crate) phone: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) household: String,
    pub(crate) zone: String,
    born: Option<Date>,
    consents: BTreeMap<&'static str, bool>,
    pub(crate) personalisation: bool,
}

/// Someone was asked, by us or by others before.
#[derive(Clone)]
pub(crate) struct Contact {
    pub(crate) customer: String,
    pub(crate) activity: String,
    pub(crate) channel: String,
    pub(crate) day: Date,
    pub(crate) ignored: bool,
}

struct Suppression {
    phone: Option<String>,
    customer: Option<String>,
    channel: String,
    from: Date,
    until: Option<Date>,
}

struct Complaint {
    household: String,
    opened: Date,
    resolved: Option<Date>,
}

/// Whether a channel is open.
type Allows<'a> = &'a dyn Fn(&str) -> bool;

/// Everything that decides about who may be asked.
pub(crate) struct Facts {
    pub(crate) customers: BTreeMap<String, Customer>,
    pub(crate) contacts: Vec<Contact>,
    suppressions: Vec<Suppression>,
    complaints: Vec<Complaint>,
}

impl Facts {
    pub(crate) fn read(sample: &Path) -> Self {
        let customers = customers(sample);
        Self {
            contacts: contacts(sample),
            suppressions: suppressions(sample),
            complaints: complaints(sample, &customers),
            customers,
        }
    }

    /// The first reason not to ask the customer on `night` by any of
    /// `channels`, as clubcall names it; `own` is what we asked since.
    pub(crate) fn refusal(
        &self,
        id: &str,
        channels: &[String],
        night: Date,
        own: &[Contact],
    ) -> Option<&'static str> {
        self.personal_refusal(id, channels, night)
            .or_else(|| self.frequency_refusal(&self.customers[id].household, night, own))
    }

    /// As [`Facts::refusal`], without what was asked before.
    pub(crate) fn personal_refusal(
        &self,
        id: &str,
        channels: &[String],
        night: Date,
    ) -> Option<&'static str> {
        let customer = &self.customers[id];
        if !customer.personalisation {
            return Some("no_personalisation");
        }
        match customer.born.map(|born| age(born, night)) {
            None => return Some("age_unknown"),
            Some(age) if age < 18 => return Some("minor"),
            Some(_) => {}
        }
        if self.complains(&customer.household, night) {
            return Some("service_first");
        }
        let mut open = channels.to_vec();
        let steps: [(&str, Allows<'_>); 3] = [
            ("no_consent", &|channel| customer.consents[channel]),
            ("do_not_contact", &|channel| {
                !self.suppressed(id, customer, channel, night)
            }),
            ("no_phone", &|channel| {
                channel == "app" || customer.phone.is_some()
            }),
        ];
        for (reason, allows) in steps {
            open.retain(|channel| allows(channel));
            if open.is_empty() {
                return Some(reason);
            }
        }
        None
    }

    fn complains(&self, household: &str, night: Date) -> bool {
        self.complaints.iter().any(|complaint| {
            complaint.household == household
                && complaint.opened < night
                && complaint.resolved.is_none_or(|day| day >= night)
        })
    }

    fn suppressed(&self, id: &str, customer: &Customer, channel: &str, night: Date) -> bool {
        self.suppressions.iter().any(|entry| {
            let named = entry.customer.as_deref() == Some(id);
            let dialled = entry.phone.is_some() && entry.phone == customer.phone;
            (named || dialled)
                && (entry.channel == "all" || entry.channel == channel)
                && entry.from <= night
                && entry.until.is_none_or(|until| until >= night)
        })
    }

    /// Two ignored in 30 days pause 60 days; one contact in 7 days, three in 30.
    fn frequency_refusal(
        &self,
        household: &str,
        night: Date,
        own: &[Contact],
    ) -> Option<&'static str> {
        // One message to a household counts once, and as ignored only if all
        // of them ignored it.
        let mut asked: BTreeMap<(Date, &str, &str), bool> = BTreeMap::new();
        let known = self.contacts.iter().filter(|contact| contact.day < night);
        for contact in known.chain(own) {
            if self.customers[&contact.customer].household == household {
                let all = asked
                    .entry((contact.day, &contact.activity, &contact.channel))
                    .or_insert(true);
                *all &= contact.ignored;
            }
        }
        let ago = |day: Date| (night - day).get_days();
        let ignored: Vec<i32> = asked
            .iter()
            .filter(|&(_, &ignored)| ignored)
            .map(|(&(day, ..), _)| ago(day))
            .collect();
        let paused = ignored.iter().enumerate().any(|(at, &first)| {
            let others = ignored.iter().enumerate().filter(|&(other, _)| other != at);
            let mut later = others
                .map(|(_, &second)| second)
                .filter(|&second| second <= first && first - second < 30 && second < 60);
            later.next().is_some()
        });
        let within = |days: i32| asked.keys().filter(|(day, ..)| ago(*day) < days).count();
        if paused {
            Some("cool_off")
        } else if within(7) >= 1 || within(30) >= 3 {
            Some("contact_cap")
        } else {
            None
        }
    }
}

fn age(born: Date, night: Date) -> i16 {
    let had_birthday = (night.month(), night.day()) >= (born.month(), born.day());
    night.year() - born.year() - i16::from(!had_birthday)
}

/// `+`, then 7 to 15 digits, the first not 0.
pub(crate) fn is_e164(phone: &str) -> bool {
    phone.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn customers(sample: &Path) -> BTreeMap<String, Customer> {
    let table = Table::read(&sample.join("customers.parquet"));
    let text = |column: &str| table.texts(column);
    let yes = |column: &str| {
        let flags = table.flags(column).into_iter();
        flags.map(|flag| flag == Some(true)).collect::<Vec<bool>>()
    };
    let (phones, names, zones) = (text("phone"), text("name"), text("timezone"));
    let (households, born) = (table.words("household_id"), table.dates("birth_date"));
    let (app, sms, call) = (yes("consent_app"), yes("consent_sms"), yes("consent_call"));
    let personalisation = yes("consent_personalisation");
    let customer = |row: usize| Customer {
        phone: phones[row].clone().filter(|phone| is_e164(phone)),
        name: names[row].clone(),
        household: households[row].clone(),
        zone: zones[row].clone().unwrap(),
        born: born[row],
        consents: BTreeMap::from([("app", app[row]), ("sms", sms[row]), ("call", call[row])]),
        personalisation: personalisation[row],
    };
    let ids = table.words("customer_id").into_iter().enumerate();
    ids.map(|(row, id)| (id, customer(row))).collect()
}

/// The operator's own zone: where the night is.
fn operator() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

fn contacts(sample: &Path) -> Vec<Contact> {
    let table = Table::read(&sample.join("contacts.parquet"));
    let (customers, activities) = (table.words("customer_id"), table.words("activity_id"));
    let (channels, outcomes) = (table.words("channel"), table.words("outcome"));
    let days = table.days_in("at", &operator());
    let contact = |row: usize| Contact {
        customer: customers[row].clone(),
        activity: activities[row].clone(),
        channel: channels[row].clone(),
        day: days[row].unwrap(),
        ignored: outcomes[row] == "ignored",
    };
    (0..table.len()).map(contact).collect()
}

fn suppressions(sample: &Path) -> Vec<Suppression> {
    let table = Table::read(&sample.join("suppressions.parquet"));
    let (phones, customers) = (table.texts("phone"), table.texts("customer_id"));
    let (channels, from) = (table.words("channel"), table.dates("from"));
    let until = table.dates("until");
    let entry = |row: usize| Suppression {
        phone: phones[row].clone(),
        customer: customers[row].clone(),
        channel: channels[row].clone(),
        from: from[row].unwrap(),
        until: until[row],
    };
    (0..table.len()).map(entry).collect()
}

fn complaints(sample: &Path, customers: &BTreeMap<String, Customer>) -> Vec<Complaint> {
    let table = Table::read(&sample.join("complaints.parquet"));
    let ids = table.words("customer_id");
    let opened = table.days_in("opened_at", &operator());
    let resolved = table.days_in("resolved_at", &operator());
    let complaint = |row: usize| Complaint {
        household: customers[&ids[row]].household.clone(),
        opened: opened[row].unwrap(),
        resolved: resolved[row],
    };
    (0..table.len()).map(complaint).collect()
}
