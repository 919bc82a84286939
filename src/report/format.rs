//! Numbers as the page writes them: fixed precision, so that equal data give
//! equal bytes; a dash where there is no finite number.

/// Stands where there is no figure.
pub(super) const NONE: &str = "–";

/// A count with thousands apart: `12,345`.
pub(super) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with that many decimals and a true minus sign.
pub(super) fn decimal(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    let text = format!("{:.decimals$}", value.abs());
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if value < 0.0 && !is_zero {
        format!("−{text}")
    } else {
        text
    }
}

/// Like [`decimal`], if there is a number.
pub(super) fn optional(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| decimal(value, decimals))
}

/// A number without decimals and with thousands apart.
pub(super) fn whole(value: f64) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    // Beyond 2^53 a float has no ones any more, and no figure here is so large.
    let text = count(value.abs().round().min(9e15) as u64);
    if value < -0.5 {
        format!("−{text}")
    } else {
        text
    }
}

/// A share of 1 as a percentage: `12.3%`.
pub(super) fn percent(share: f64) -> String {
    if share.is_finite() {
        format!("{}%", decimal(share * 100.0, 1))
    } else {
        NONE.to_owned()
    }
}

/// The difference of two shares in percentage points with its sign, without
/// the unit: `+0.4`.
pub(super) fn change(now: f64, before: f64) -> String {
    let points = decimal((now - before) * 100.0, 1);
    if points == "0.0" {
        "±0.0".to_owned()
    } else if points.starts_with('−') || points == NONE {
        points
    } else {
        format!("+{points}")
    }
}

/// How often something is of its usual: `2.3×`.
pub(super) fn times(lift: f64) -> String {
    if lift.is_finite() {
        format!("{}×", decimal(lift, 1))
    } else {
        NONE.to_owned()
    }
}

/// A size: `820 B`, `1.2 MB`.
pub(super) fn bytes(value: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if value < 1000 {
        return format!("{value} B");
    }
    let mut size = value as f64 / 1000.0;
    let mut unit = 0;
    while size >= 999.95 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

/// A date and time as people read it: the `T` becomes a space.
pub(super) fn moment(iso: &str) -> String {
    iso.replacen('T', " ", 1)
}

/// The text, cut with `…` to that many cells; a wide (CJK) character takes two.
pub(super) fn shorten(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let mut used = 1;
    let mut short: String = text
        .chars()
        .take_while(|&c| {
            used += cell_width(c);
            used <= cells
        })
        .collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// The number of cells that the text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(cell_width).sum()
}

fn cell_width(c: char) -> usize {
    match c {
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{ffdc}' | '\u{1f300}'.. => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well_and_never_show_nan() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(decimal(-0.04, 1), "0.0");
        assert_eq!(decimal(-1.25, 2), "−1.25");
        assert_eq!(percent(0.1234), "12.3%");
        for text in [
            decimal(f64::NAN, 1),
            percent(f64::INFINITY),
            times(f64::NAN),
            whole(f64::NAN),
        ] {
            assert_eq!(text, NONE);
        }
        assert_eq!(change(0.125, 0.121), "+0.4");
        assert_eq!(change(0.121, 0.125), "−0.4");
        assert_eq!(change(0.1, 0.1), "±0.0");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_250_000), "1.2 MB");
        assert_eq!(bytes(999_960), "1.0 MB");
    }

    #[test]
    fn long_names_are_cut_by_what_they_take_on_the_page() {
        assert_eq!(shorten("Film night", 10), "Film night");
        assert_eq!(shorten("Film nights", 6), "Film…");
        assert_eq!(shorten("名医讲座：睡眠健康", 9), "名医讲座…");
    }
}
