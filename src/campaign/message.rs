use std::collections::HashMap;

use minijinja::{Environment, UndefinedBehavior, Value, context};

use super::Activity;
use crate::domain::{Language, People};

/// Templates by name, of which an unknown variable is an error.
#[derive(Debug)]
pub struct Texts<'a>(Environment<'a>);

/// A message template is wrong. It holds no personal data: only the
/// template's own words.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the text of `{name}` {fault}")]
pub struct MessageError {
    /// The id of the activity or call reason.
    pub name: String,
    /// What is wrong with it.
    pub fault: String,
}

impl<'a> Texts<'a> {
    /// Reads the templates, given as (name, source).
    ///
    /// # Errors
    /// When a template has no valid syntax.
    pub fn new(
        sources: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, MessageError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, source) in sources {
            environment
                .add_template(name, source)
                .map_err(|error| fault(name, &error))?;
        }
        Ok(Self(environment).naming(&[], Language::En))
    }

    /// With the filter `activity_name`, which gives the names of these activities
    /// for their ids. The id of another, an earlier one perhaps, is told in words.
    #[must_use]
    pub fn naming(mut self, activities: &[Activity], language: Language) -> Self {
        let name = |activity: &Activity| activity.name.text(language).to_owned();
        let names = activities.iter().map(|a| (a.id.clone(), name(a)));
        let names: HashMap<String, String> = names.collect();
        self.0.add_filter("activity_name", move |id: &str| {
            let name = names.get(id).cloned();
            name.unwrap_or_else(|| id.replace('-', " "))
        });
        self
    }

    /// The variables that the text of that name uses.
    ///
    /// # Errors
    /// When there is no such template.
    pub fn mentions(&self, name: &str) -> Result<Vec<String>, MessageError> {
        let template = self
            .0
            .get_template(name)
            .map_err(|error| fault(name, &error))?;
        let mut mentions: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        mentions.sort_unstable();
        Ok(mentions)
    }

    /// The text of that name over `values`.
    ///
    /// # Errors
    /// When there is no such template, or it uses a variable that `values`
    /// does not hold.
    pub fn render(&self, name: &str, values: Value) -> Result<String, MessageError> {
        self.0
            .get_template(name)
            .and_then(|template| template.render(values))
            .map_err(|error| fault(name, &error))
    }
}

/// The error without the source line and the values around it.
fn fault(name: &str, error: &minijinja::Error) -> MessageError {
    let line = error
        .line()
        .map_or_else(String::new, |line| format!(" in line {line}"));
    let kind = match error.kind() {
        minijinja::ErrorKind::UndefinedError => "uses a variable that does not exist".to_owned(),
        minijinja::ErrorKind::SyntaxError => {
            format!(
                "cannot be read: {}",
                error.detail().unwrap_or("syntax error")
            )
        }
        kind => format!("cannot be rendered: {kind}"),
    };
    MessageError {
        name: name.to_owned(),
        fault: format!("{kind}{line}"),
    }
}

/// The messages of all activities, ready to be addressed.
#[derive(Debug)]
pub struct Messages<'a> {
    texts: Texts<'a>,
    language: Language,
}

/// Whom a message goes to.
#[derive(Debug, Clone, Copy)]
pub struct Recipient<'a> {
    /// How the message addresses the customer.
    pub name: &'a str,
    /// The customer's district, empty if unknown.
    pub district: &'a str,
}

impl<'a> Recipient<'a> {
    /// The customer in `row`.
    #[must_use]
    pub fn of(people: &'a People, row: usize) -> Self {
        Self {
            name: people.name[row].as_deref().unwrap_or_default(),
            district: people.district[row].as_deref().unwrap_or_default(),
        }
    }
}

impl<'a> Messages<'a> {
    /// Reads the message templates; names of activities appear in `language`.
    ///
    /// # Errors
    /// When a template has no valid syntax.
    pub fn new(activities: &'a [Activity], language: Language) -> Result<Self, MessageError> {
        let sources = activities
            .iter()
            .map(|a| (a.id.as_str(), a.message.as_str()));
        Ok(Self {
            texts: Texts::new(sources)?,
            language,
        })
    }

    /// The message about `activity` to `recipient`.
    ///
    /// # Errors
    /// When the template uses a variable other than `name`, `district`,
    /// `activity`, `starts` and `place`.
    pub fn render(
        &self,
        activity: &Activity,
        recipient: Recipient<'_>,
    ) -> Result<String, MessageError> {
        let values = context! {
            name => recipient.name,
            district => recipient.district,
            ..activity_values(activity, self.language)
        };
        self.texts.render(&activity.id, values)
    }
}

/// What every text may say about an activity.
pub(crate) fn activity_values(activity: &Activity, language: Language) -> Value {
    context! {
        activity => activity.name.text(language),
        starts => activity.starts.words(),
        place => activity.place.as_deref().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::testing::activity;

    fn render(message: &str) -> Result<String, MessageError> {
        let mut activity = activity("film-night", "film");
        activity.message = message.to_owned();
        let activities = [activity];
        Messages::new(&activities, Language::En)?.render(
            &activities[0],
            Recipient {
                name: "Li & <Wang>",
                district: "harbour",
            },
        )
    }

    #[test]
    fn names_appear_as_they_are() {
        assert_eq!(
            render("{{ name }} of {{ district }}: {{ activity }}, {{ starts }}, {{ place }}")
                .unwrap(),
            "Li & <Wang> of harbour: The film-night, 2026-11-20 19:30, City hall"
        );
    }

    #[test]
    fn ids_of_activities_are_told_by_name() {
        let activities = [activity("film-night", "film")];
        let texts = Texts::new([("opinion", "{{ came_to | activity_name }}")]).unwrap();
        let texts = texts.naming(&activities, Language::En);
        let of = |id: &str| texts.render("opinion", context! { came_to => id }).unwrap();
        assert_eq!(of("film-night"), "The film-night");
        assert_eq!(of("autumn-offer-2026-10"), "autumn offer 2026 10");
    }

    #[test]
    fn faults_tell_the_line_and_no_name() {
        let unknown = render("Dear\n{{ nmae }}").unwrap_err().to_string();
        assert_eq!(
            unknown,
            "the text of `film-night` uses a variable that does not exist in line 2"
        );
        let syntax = render("Dear {{ name").unwrap_err().to_string();
        assert!(
            syntax.contains("cannot be read") && !syntax.contains("Wang"),
            "{syntax}"
        );
    }
}
