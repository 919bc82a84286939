//! The view as checked expressions: what is computed, not how.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::settings::{AffinitySettings, FeatureSettings, InterestSettings, TagSettings};
use super::typing::{numeric, settle, value_type};
use crate::domain::{Fault, Label};
use crate::rules;
use crate::segments::{ClusterSettings, whole_faults};
use crate::tables::canonical;

/// What the customer view is made of, all of it valid.
pub struct ViewPlan {
    /// Features in the order in which they can be computed.
    pub features: Vec<Feature>,
    /// Interests with their affinities.
    pub interests: Vec<Interest>,
    /// How affinities are made.
    pub affinity: AffinitySettings,
    /// Tags in the order in which they can be computed.
    pub tags: Vec<Tag>,
    /// Every column of the view with its type.
    pub schema: Schema,
    /// What depends on an absent table and is therefore off.
    pub notes: Vec<String>,
}

/// A number or a word per customer.
pub struct Feature {
    /// The column's name.
    pub name: String,
    /// The name people read.
    pub label: Label,
    /// The unit, as `min`.
    pub unit: Option<String>,
    /// Whether the values are words, not numbers.
    pub words: bool,
    /// How it takes part in clustering; the kind is known.
    pub cluster: Option<ClusterSettings>,
    /// The value of customers without rows.
    pub fill: Option<f64>,
    /// Whether segments are described by it.
    pub profile: bool,
    /// Where the value comes from.
    pub source: FeatureSource,
}

/// Where a feature's value comes from.
pub enum FeatureSource {
    /// An aggregate over the rows of a table, within the window if there is one.
    Table {
        /// The table.
        table: String,
        /// Days before the as-of date that count.
        window: Option<u32>,
        /// The order-free aggregate.
        value: Expr,
    },
    /// An expression over the view.
    View(Expr),
    /// The column of the customers table of the same name, as it is.
    Column,
    /// The table is absent: the feature is its fill value.
    Off,
}

/// Something customers like.
pub struct Interest {
    /// The id; the column is `<id>_affinity`.
    pub id: String,
    /// The name people read.
    pub label: Label,
    /// The club for it.
    pub club: Label,
    /// Usage categories that show it.
    pub categories: Vec<String>,
    /// Preference topics that declare it.
    pub topics: Vec<String>,
    /// The affinity as an expression, instead of the two.
    pub value: Option<Expr>,
}

impl Interest {
    /// The column of the view that holds the affinity.
    #[must_use]
    pub fn column(&self) -> String {
        format!("{}_affinity", self.id)
    }
}

/// A yes/no per customer.
pub struct Tag {
    /// The column's name.
    pub name: String,
    /// The name people read.
    pub label: Label,
    /// The condition over the view.
    pub when: Expr,
}

/// The columns that the view adds to the customers table by itself.
pub(super) fn base_schema(customers: &Schema) -> Schema {
    let mut schema = customers.clone();
    schema.insert("as_of".into(), DataType::Date);
    if customers.contains("birth_date") {
        schema.insert("age".into(), DataType::Int32);
    }
    schema
}

impl ViewPlan {
    /// Checks every expression against the columns that exist.
    ///
    /// # Errors
    /// All faults at once, with the columns as far as they are known, so that
    /// later rules can be checked too.
    pub fn compile(
        features: &[FeatureSettings],
        interests: &[InterestSettings],
        affinity: &AffinitySettings,
        tags: &[TagSettings],
        tables: &BTreeMap<String, SchemaRef>,
    ) -> Result<Self, (Vec<Fault>, Schema)> {
        // That customers are required is told with the other references.
        let Some(customers) = tables.get("customers") else {
            return Err((Vec::new(), Schema::default()));
        };
        let mut compiler = Compiler {
            tables,
            schema: base_schema(customers),
            faults: Vec::new(),
            notes: BTreeSet::new(),
            clustered: Vec::new(),
            as_they_are: BTreeSet::new(),
        };
        let features = compiler.features(features);
        let interests = compiler.interests(interests, affinity);
        let tags = compiler.tags(tags);
        if compiler.faults.is_empty() {
            Ok(Self {
                features,
                interests,
                affinity: affinity.clone(),
                tags,
                schema: compiler.schema,
                notes: compiler.notes.into_iter().collect(),
            })
        } else {
            // A rule for each of several words has one fault, not one a word.
            let mut seen = BTreeSet::new();
            compiler
                .faults
                .retain(|fault| seen.insert(fault.key.clone()));
            Err((compiler.faults, compiler.schema))
        }
    }
}

struct Compiler<'a> {
    tables: &'a BTreeMap<String, SchemaRef>,
    schema: Schema,
    faults: Vec<Fault>,
    notes: BTreeSet<String>,
    /// The settings of clustered features and where they stand.
    clustered: Vec<(String, ClusterSettings)>,
    /// Columns of the customers table that are features too.
    as_they_are: BTreeSet<String>,
}

impl Compiler<'_> {
    fn features(&mut self, settings: &[FeatureSettings]) -> Vec<Feature> {
        let mut done = Vec::new();
        let mut derived = Vec::new();
        for (index, feature) in settings.iter().enumerate() {
            let key = format!("features[{index}]");
            let words = if feature.each.is_empty() {
                vec![String::new()]
            } else {
                feature.each.clone()
            };
            for word in words {
                let name = feature.name.replace("{each}", &word);
                let value = feature.value.replace("{each}", &word);
                let mut made = Feature {
                    label: feature
                        .label
                        .as_ref()
                        .map_or_else(|| Label::One(name.clone()), |label| label.expanded(&word)),
                    name,
                    unit: feature.unit.clone(),
                    words: false,
                    cluster: feature.cluster.clone(),
                    fill: feature.fill,
                    profile: feature.profile || feature.cluster.is_some(),
                    source: FeatureSource::Off,
                };
                match &feature.from {
                    Some(table) => {
                        made.source = self.aggregate(&key, table, feature, &value, &mut made);
                        self.column(&key, &made.name, value_type(&made));
                        done.push(made);
                    }
                    None => {
                        if feature.window.is_some() {
                            self.faults.push(
                                Fault::new(format!("{key}.window"), "needs a table")
                                    .allowed("`window` together with `from`"),
                            );
                        }
                        derived.push((key.clone(), made, value));
                    }
                }
            }
        }
        done.extend(self.derived(derived));
        let clustered = self.clustered.iter();
        let wholes = whole_faults(clustered.map(|(key, settings)| (key.as_str(), settings)));
        self.faults.extend(wholes);
        done
    }

    /// Settles what the values of `made` are; see [`settle`].
    fn settle(
        &mut self,
        key: &str,
        text: &str,
        dtype: Option<&DataType>,
        made: &mut Feature,
    ) -> Result<(), rules::RuleError> {
        self.faults.extend(settle(key, text, dtype, made)?);
        if let Some(settings) = &made.cluster {
            let key = format!("{key}.cluster");
            self.clustered.push((key, settings.clone()));
        }
        Ok(())
    }

    fn aggregate(
        &mut self,
        key: &str,
        table: &str,
        feature: &FeatureSettings,
        value: &str,
        made: &mut Feature,
    ) -> FeatureSource {
        let Some(schema) = self.tables.get(table) else {
            if canonical::find(table).is_some() {
                self.notes.insert(format!(
                    "no table `{table}`: the features made from it are off"
                ));
                // Without a type nothing is wrong with the type.
                let _ = self.settle(key, value, None, made);
            } else {
                let known = self.tables.keys().map(String::as_str);
                let canonical = canonical::ALL.iter().map(|table| table.name);
                self.faults.push(Fault::unknown(
                    format!("{key}.from"),
                    "table",
                    table,
                    known.chain(canonical),
                ));
            }
            return FeatureSource::Off;
        };
        let window = feature.window.map(|days| days.get());
        let date = canonical::find(table).and_then(|table| table.dated);
        let dated = date.filter(|date| schema.contains(date));
        let condition = match (window, dated) {
            (Some(days), Some(date)) => Some(in_window(date, days)),
            (Some(_), None) => {
                self.faults.push(
                    Fault::new(
                        format!("{key}.window"),
                        format!("table `{table}` has no date to window by"),
                    )
                    .allowed("leave `window` out and filter in `value`"),
                );
                None
            }
            (None, _) => None,
        };
        let compiled = rules::checked(value, schema).and_then(|(expr, dtype)| {
            self.settle(key, value, Some(&dtype), made)?;
            rules::exact(value, expr, schema, condition.as_ref())
        });
        match compiled {
            Ok(value) => FeatureSource::Table {
                table: table.to_owned(),
                window,
                value,
            },
            Err(error) => {
                self.faults.push(error.into_fault(format!("{key}.value")));
                FeatureSource::Off
            }
        }
    }

    /// Derived features may use each other in any order of writing; each round
    /// takes those whose columns are all there.
    fn derived(&mut self, mut waiting: Vec<(String, Feature, String)>) -> Vec<Feature> {
        let mut done = Vec::new();
        loop {
            let names: BTreeSet<String> = waiting
                .iter()
                .map(|(_, feature, _)| feature.name.clone())
                .collect();
            let (ready, blocked): (Vec<_>, Vec<_>) =
                waiting.into_iter().partition(|(_, feature, value)| {
                    rules::parse(value).map_or(true, |expr| {
                        let uses = rules::columns(&expr);
                        !uses.iter().any(|column| {
                            names.contains(column)
                                && *column != feature.name
                                && !self.schema.contains(column)
                        })
                    })
                });
            if ready.is_empty() {
                for (key, feature, _) in blocked {
                    self.faults.push(Fault::new(
                        format!("{key}.value"),
                        format!(
                            "`{}` is made from itself through other features",
                            feature.name
                        ),
                    ));
                }
                return done;
            }
            for (key, mut feature, value) in ready {
                let compiled = rules::checked(&value, &self.schema).and_then(|(expr, dtype)| {
                    self.settle(&key, &value, Some(&dtype), &mut feature)?;
                    Ok(expr)
                });
                let name = feature.name.as_str();
                match compiled {
                    Ok(expr) => {
                        let as_it_is = expr == col(name) && feature.fill.is_none();
                        feature.source = if as_it_is && self.as_they_are.insert(name.to_owned()) {
                            FeatureSource::Column
                        } else {
                            self.column(&key, name, value_type(&feature));
                            FeatureSource::View(expr)
                        };
                        done.push(feature);
                    }
                    Err(error) => {
                        self.faults.push(error.into_fault(format!("{key}.value")));
                        // Later rules that use it are not at fault.
                        if !self.schema.contains(name) {
                            self.schema.insert(name.into(), value_type(&feature));
                        }
                    }
                }
            }
            waiting = blocked;
        }
    }

    fn interests(
        &mut self,
        settings: &[InterestSettings],
        affinity: &AffinitySettings,
    ) -> Vec<Interest> {
        let mut interests = Vec::new();
        for (index, interest) in settings.iter().enumerate() {
            let key = format!("interests[{index}]");
            let mut value = None;
            if let Some(text) = &interest.affinity {
                match rules::checked(text, &self.schema) {
                    Ok((expr, dtype)) if numeric(&dtype) => value = Some(expr),
                    Ok((_, dtype)) => {
                        let error = rules::RuleError::Type {
                            text: text.clone(),
                            reason: format!("gives {dtype}, not a number"),
                        };
                        let key = format!("{key}.affinity");
                        self.faults.push(error.into_fault(key));
                    }
                    Err(error) => self
                        .faults
                        .push(error.into_fault(format!("{key}.affinity"))),
                }
            } else if interest.categories.is_empty() && interest.topics.is_empty() {
                self.faults.push(
                    Fault::new(
                        &key,
                        format!("interest `{}` has nothing to be seen by", interest.id),
                    )
                    .allowed("categories, topics, or an affinity expression"),
                );
            }
            interests.push(Interest {
                id: interest.id.clone(),
                label: interest.label.clone(),
                club: interest
                    .club
                    .clone()
                    .unwrap_or_else(|| interest.label.clone()),
                categories: interest.categories.clone(),
                topics: interest.topics.clone(),
                value,
            });
        }
        for (table, columns, used) in [
            (
                "usage",
                [affinity.usage_measure.as_str(), &affinity.usage_category],
                interests
                    .iter()
                    .any(|i| i.value.is_none() && !i.categories.is_empty()),
            ),
            (
                "preferences",
                ["score", "topic"],
                interests
                    .iter()
                    .any(|i| i.value.is_none() && !i.topics.is_empty()),
            ),
        ] {
            match self.tables.get(table) {
                _ if !used => {}
                None => {
                    self.notes
                        .insert(format!("no table `{table}`: affinities do without it"));
                }
                Some(schema) => {
                    for column in columns {
                        if !schema.contains(column) && column != "score" {
                            let known = schema.iter_names().map(PlSmallStr::as_str);
                            self.faults.push(Fault::unknown(
                                "interests_settings",
                                "column of usage",
                                column,
                                known,
                            ));
                        }
                    }
                }
            }
        }
        for (index, interest) in interests.iter().enumerate() {
            self.column(
                &format!("interests[{index}].id"),
                &interest.column(),
                DataType::Float64,
            );
        }
        interests
    }

    fn tags(&mut self, settings: &[TagSettings]) -> Vec<Tag> {
        let mut tags = Vec::new();
        for (index, tag) in settings.iter().enumerate() {
            let key = format!("tags[{index}]");
            match rules::condition(&tag.when, &self.schema) {
                Ok(when) => tags.push(Tag {
                    name: tag.name.clone(),
                    label: tag
                        .label
                        .clone()
                        .unwrap_or_else(|| Label::One(tag.name.clone())),
                    when,
                }),
                Err(error) => self.faults.push(error.into_fault(format!("{key}.when"))),
            }
            self.column(&key, &tag.name, DataType::Boolean);
        }
        tags
    }

    /// Adds a column to the namespace; a name can be taken once.
    fn column(&mut self, key: &str, name: &str, dtype: DataType) {
        if self.schema.contains(name) {
            self.faults.push(
                Fault::new(key, format!("the name `{name}` is taken by another column"))
                    .allowed("a name of its own"),
            );
        }
        self.schema.insert(name.into(), dtype);
    }
}

/// The days `1..=days` before the as-of date.
pub(super) fn in_window(date: &str, days: u32) -> Expr {
    col(format!("days_since_{date}")).lt_eq(lit(i32::try_from(days).unwrap_or(i32::MAX)))
}
