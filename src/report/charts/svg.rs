use std::fmt::{self, Write};

use crate::report::format::{decimal, shorten, width};

/// A coordinate or length. Charts place things by percent across, so that they
/// fit a telephone and a desk screen with letters of the same size.
#[derive(Debug, Clone, Copy)]
pub(super) enum Len {
    /// Percent of the drawing.
    Percent(f64),
    /// Pixels.
    Px(f64),
}

use Len::{Percent, Px};

impl fmt::Display for Len {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Percent(value) => write!(f, "{}%", number(value)),
            Px(value) => f.write_str(&number(value)),
        }
    }
}

/// A number with at most two decimals; 0 for what is no number.
fn number(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let text = decimal(value, 2).replace('−', "-");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The text with the signs of markup escaped and control characters gone.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// An `<svg>` element in the making. Colours come from the page's style sheet
/// by class, so that dark mode and print change them.
#[derive(Debug, Default)]
pub(super) struct Svg {
    body: String,
}

impl Svg {
    /// A rectangle that tells `tip` when pointed at.
    pub(super) fn rect(&mut self, class: &str, x: Len, y: f64, w: Len, h: f64, tip: &str) {
        let (y, h) = (number(y), number(h));
        self.push(format_args!(
            r#"<rect class="{class}" x="{x}" y="{y}" width="{w}" height="{h}""#
        ));
        self.close("rect", tip);
    }

    /// A straight line.
    pub(super) fn line(&mut self, class: &str, x1: Len, y1: f64, x2: Len, y2: f64) {
        let (y1, y2) = (number(y1), number(y2));
        self.push(format_args!(
            r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#
        ));
    }

    /// A dot.
    pub(super) fn dot(&mut self, class: &str, x: Len, y: f64, radius: f64, tip: &str) {
        let (y, r) = (number(y), number(radius));
        self.push(format_args!(
            r#"<circle class="{class}" cx="{x}" cy="{y}" r="{r}""#
        ));
        self.close("circle", tip);
    }

    /// A text with its baseline at `y`; the class decides which end is at `x`.
    pub(super) fn text(&mut self, class: &str, x: Len, y: f64, text: &str) {
        let (y, text) = (number(y), escape(text));
        self.push(format_args!(
            r#"<text class="{class}" x="{x}" y="{y}">{text}</text>"#
        ));
    }

    /// A text that is cut to `wide` cells, and to `narrow` ones on a small
    /// screen; pointing at it tells all of it.
    pub(super) fn label(&mut self, x: Len, y: f64, text: &str, wide: usize, narrow: usize) {
        if width(text) <= narrow {
            self.text("label", x, y, text);
            return;
        }
        let whole = escape(text);
        for (class, cells) in [("on-wide", wide), ("on-narrow", narrow)] {
            let (y, shown) = (number(y), escape(&shorten(text, cells)));
            self.push(format_args!(
                r#"<text class="label {class}" x="{x}" y="{y}">{shown}<title>{whole}</title></text>"#
            ));
        }
    }

    /// A text that rises to the right from the pixel (`x`, `y`).
    pub(super) fn rising(&mut self, x: f64, y: f64, text: &str, cells: usize) {
        let (x, y, whole) = (number(x), number(y), escape(text));
        let shown = escape(&shorten(text, cells));
        self.push(format_args!(
            r#"<text class="label" transform="translate({x} {y}) rotate(-42)">{shown}<title>{whole}</title></text>"#
        ));
    }

    /// The head of a row of bars: its name at the left, its figures at the
    /// right, with the baseline at `y`.
    pub(super) fn row_head(&mut self, y: f64, name: &str, figures: &str, narrow: usize) {
        self.label(Px(0.0), y, name, 48, narrow);
        self.text("value end", Percent(100.0), y, figures);
    }

    /// The element, as wide as there is room and `height` pixels high.
    pub(super) fn fluid(self, id: &str, title: &str, description: &str, height: f64) -> String {
        let height = number(height);
        self.element(
            id,
            title,
            description,
            &format!(r#"width="100%" height="{height}""#),
        )
    }

    /// The element in its own size in pixels; a wide one scrolls on a small
    /// screen.
    pub(super) fn fixed(
        self,
        id: &str,
        title: &str,
        description: &str,
        (width, height): (f64, f64),
    ) -> String {
        let (w, h) = (number(width), number(height));
        let size = format!(r#"viewBox="0 0 {w} {h}" width="{w}" height="{h}""#);
        self.element(id, title, description, &size)
    }

    fn element(self, id: &str, title: &str, description: &str, size: &str) -> String {
        let (title, description, body) = (escape(title), escape(description), self.body);
        format!(
            r#"<svg role="img" aria-labelledby="{id}-title {id}-desc" {size}><title id="{id}-title">{title}</title><desc id="{id}-desc">{description}</desc>{body}</svg>"#
        )
    }

    fn close(&mut self, name: &str, tip: &str) {
        if tip.is_empty() {
            self.body.push_str("/>");
        } else {
            let tip = escape(tip);
            self.push(format_args!("><title>{tip}</title></{name}>"));
        }
    }

    fn push(&mut self, part: fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.body.write_fmt(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_drawing_holds_nan_or_raw_markup() {
        let mut svg = Svg::default();
        svg.rect(
            "a",
            Percent(f64::NAN),
            f64::INFINITY,
            Px(-0.001),
            1.0,
            "<b>&\u{0}",
        );
        let text = svg.fluid("x", "<t>", "\"d\"", 10.0);
        assert!(text.contains(r#"x="0%" y="0" width="0""#), "{text}");
        assert!(text.contains("&lt;b&gt;&amp; </title>"), "{text}");
        assert!(!text.contains("<t>") && !text.contains("NaN") && !text.contains("inf"));
    }

    #[test]
    fn coordinates_are_short_and_fixed() {
        assert_eq!(number(12.0), "12");
        assert_eq!(number(12.346), "12.35");
        assert_eq!(number(-3.5), "-3.5");
        assert_eq!(number(100.0), "100");
    }
}
