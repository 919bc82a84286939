//! Dates in JSON.

/// Dates as `2026-10-31`.
pub(super) mod iso_date {
    use jiff::civil::Date;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(in crate::segments) fn serialize<S: Serializer>(
        date: &Date,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_str(date)
    }

    pub(in crate::segments) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Date, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// Dates as `2026-10-31` or null.
pub(super) mod iso_date_option {
    use jiff::civil::Date;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(in crate::segments) fn serialize<S: Serializer>(
        date: &Option<Date>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match date {
            Some(date) => to.collect_str(date),
            None => to.serialize_none(),
        }
    }

    pub(in crate::segments) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Date>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| text.parse().map_err(D::Error::custom))
            .transpose()
    }
}
