//! Broken pipeline files, and what people are told about them.

use std::fs;

use insta::assert_snapshot;

use crate::support::mini;

/// What is said of the small pipeline after changes: file, text, new text.
fn told(changes: &[(&str, &str, &str)]) -> String {
    let workspace = mini::workspace();
    for (file, from, to) in changes {
        workspace.edit(file, from, to);
    }
    let told = mini::told(&workspace);
    assert!(
        !workspace.path("out/current").exists(),
        "a run was published"
    );
    told
}

#[test]
fn the_small_pipeline_is_sound_or_this_page_proves_nothing() {
    let workspace = mini::workspace();
    mini::run(&workspace).success();
}

#[test]
fn an_unknown_key_comes_with_the_one_that_was_meant() {
    let change = ("pipeline.toml", "timezone =", "timezon =");
    assert_snapshot!(told(&[change]), @r"
    exit code 64
    error: 1 fault in the pipeline
      pipeline.toml:5: pipeline.timezon: unknown key `timezon`
        allowed: as_of, key, language, name, out, seed, timezone
        did you mean `timezone`?
    ");
}

#[test]
fn an_unknown_column_comes_with_the_one_that_was_meant() {
    let change = ("rules.toml", "SUM(minutes)", "SUM(minuets)");
    assert_snapshot!(told(&[change]), @r"
    exit code 64
    error: 1 fault in the pipeline
      rules.toml:5: features[0].value: `SUM(minuets) FILTER (WHERE category = 'video')` names an unknown column `minuets`
        allowed: category, customer_id, date, days_since_date, evening_minutes, mb, minutes, sessions
        did you mean `minutes`?
    ");
}

#[test]
fn a_wrong_type_comes_with_what_is_allowed() {
    let changes = [
        ("club.toml", "seats = 40", "seats = \"many\""),
        ("club.toml", "due_hours = 24", "due_hours = \"soon\""),
    ];
    assert_snapshot!(told(&changes), @r#"
    exit code 64
    error: 2 faults in the pipeline
      club.toml:6: activities[0].seats: = "many"
        allowed: Seats of an activity: for everyone, or counted by the customer's district
      club.toml:22: calls[0].due_hours: = "soon"
        allowed: integer (Hours within which it is due, from the midnight that began the day since)
    "#);
}

#[test]
fn a_number_out_of_range_is_placed_where_it_stands() {
    let changes = [
        ("club.toml", "acceptance = 0.25", "acceptance = 25"),
        ("club.toml", "utilisation = 0.8", "utilisation = -1"),
    ];
    assert_snapshot!(told(&changes), @r"
    exit code 64
    error: 2 faults in the pipeline
      club.toml:7: activities[0].acceptance: = 25
        allowed: 1.0 or less (a share from 0 to 1)
      club.toml:31: teams.care.utilisation: = -1
        allowed: 0.0 or more (a share from 0 to 1)
    ");
}

#[test]
fn settings_of_a_column_that_do_not_fit_its_values_are_placed() {
    let value = "SUM(minutes) FILTER (WHERE category = 'video')";
    let wrong = |from: &str, to: &str, words: &[&str]| {
        let told = told(&[("rules.toml", from, to)]);
        for words in words {
            assert!(told.contains(words), "{to}: {words}\n{told}");
        }
    };
    let ordinal = "{ kind = \"ordinal\" }";
    wrong(
        "{ scale = \"log\" }",
        ordinal,
        &[
            "rules.toml:6: features[0].fill: is a number, and the values are words",
            "rules.toml:7: features[0].cluster.order: is required for an ordinal and missing",
        ],
    );
    wrong(
        "{ scale = \"log\" }",
        "{ kind = \"yes_no\" }",
        &["rules.toml:5: features[0].value: ", "not yes or no"],
    );
    wrong(
        "{ scale = \"log\" }",
        "{ kind = \"categry\" }",
        &[
            "rules.toml:7: features[0].cluster.kind: unknown value `categry`",
            "allowed: category, number, ordinal, yes_no",
            "did you mean `category`?",
        ],
    );
    wrong(
        "{ scale = \"log\" }",
        "{ scale = \"log_ratio\", group = \"time\" }",
        &["rules.toml:7: features[0].cluster.group: `time` has one part"],
    );
    wrong(
        "{ scale = \"log\" }",
        "{ missing = \"own_level\", zero = 0.1 }",
        &[
            "rules.toml:7: features[0].cluster.missing: `own_level` is for categories",
            "rules.toml:7: features[0].cluster.zero: is for parts of a whole",
        ],
    );
    wrong(
        value,
        "MAX(category)",
        &[
            "rules.toml:7: features[0].cluster.kind: is required, since `MAX(category)` gives text",
            "allowed: category, or ordinal with `order`",
        ],
    );
}

#[test]
fn more_components_than_columns_or_none_are_faults() {
    let change = ("pipeline.toml", "k = 2", "k = 2\npca = 5");
    assert_snapshot!(told(&[change]), @r"
    exit code 64
    error: 1 fault in the pipeline
      pipeline.toml:30: segments.pca: = 5
        allowed: 1 to 1, the number of clustered columns, or a share of the variance such as 0.9
    ");
    let told = told(&[("pipeline.toml", "k = 2", "k = 2\npca = 1.5")]);
    assert!(
        told.contains("pipeline.toml:30: segments.pca: = 1.5"),
        "{told}"
    );
}

#[test]
fn the_faults_of_all_files_come_at_once() {
    let changes = [
        ("pipeline.toml", "Asia/Shanghai", "Asia/Shanghi"),
        ("rules.toml", "film_affinity > 0.7", "film_afinity > 0.7"),
        ("rules.toml", "SUM(minutes)", "SUM(minuets)"),
        ("club.toml", "interest = \"film\"", "interest = \"flim\""),
    ];
    assert_snapshot!(told(&changes), @r"
    exit code 64
    error: 4 faults in the pipeline
      club.toml:4: activities[0].interest: unknown interest `flim`
        allowed: film
        did you mean `film`?
      pipeline.toml:5: pipeline.timezone: `Asia/Shanghi` is no time zone
        allowed: an IANA name such as Asia/Shanghai
      rules.toml:5: features[0].value: `SUM(minuets) FILTER (WHERE category = 'video')` names an unknown column `minuets`
        allowed: category, customer_id, date, days_since_date, evening_minutes, mb, minutes, sessions
        did you mean `minutes`?
      rules.toml:18: tags[0].when: `film_afinity > 0.7` names an unknown column `film_afinity`
        allowed: age, as_of, birth_date, consent_app, consent_call, consent_personalisation, consent_sms, contract_end, customer_id, days_since_birth_date, days_since_contract_end, days_since_join_date, days_to_birthday, days_to_join_anniversary, district, film_affinity, household_id, join_date, language, manager_id, name, phone, plan, tier, timezone, video_minutes_30d
        did you mean `film_affinity`?
    ");
}

#[test]
fn a_fault_of_form_does_not_hide_a_fault_of_reference() {
    let told = told(&[
        ("club.toml", "due_hours = 24", "due_hours = \"soon\""),
        ("club.toml", "interest = \"film\"", "interest = \"flim\""),
    ]);
    assert!(told.contains("due_hours"), "{told}");
    assert!(told.contains("did you mean `film`?"), "{told}");
}

#[test]
fn an_unknown_interest_team_or_source_comes_with_the_known_ones() {
    let changes = [
        ("club.toml", "interest = \"film\"", "interest = \"flim\""),
        ("club.toml", "team = \"care\"", "team = \"car\""),
        ("pipeline.toml", "from = \"usage\"", "from = \"usages\""),
    ];
    assert_snapshot!(told(&changes), @r"
    exit code 64
    error: 3 faults in the pipeline
      club.toml:4: activities[0].interest: unknown interest `flim`
        allowed: film
        did you mean `film`?
      club.toml:23: calls[0].team: unknown team `car`
        allowed: care
        did you mean `care`?
      pipeline.toml:23: tables.usage.from: unknown source `usages`
        allowed: customers, preferences, usage
        did you mean `usage`?
    ");
}

#[test]
fn a_skill_that_no_team_has_and_a_team_that_names_no_list_are_faults() {
    let changes = [
        (
            "club.toml",
            "team = \"care\"",
            "team = \"care\"\nskills = [\"liens\"]",
        ),
        (
            "club.toml",
            "[teams.care]",
            "[teams.Night_Care]\nautomatic = true\n\n[teams.care]\nskills = [\"lines\"]",
        ),
    ];
    assert_snapshot!(told(&changes), @r"
    exit code 64
    error: 2 faults in the pipeline
      club.toml:24: calls[0].skills: none of the reason's teams has the skill `liens`
        allowed: lines
        did you mean `lines`?
      club.toml:28: teams: `Night_Care` cannot name a team
        allowed: 1 to 80 lower-case letters, digits and hyphens
    ");
}

#[test]
fn a_table_that_is_nearly_a_known_one_is_not_passed_over() {
    let change = (
        "pipeline.toml",
        "[tables.preferences]",
        "[tables.preference]",
    );
    let told = told(&[change]);
    assert!(told.contains("did you mean `preferences`?"), "{told}");
}

#[test]
fn a_name_that_is_taken_twice_is_told_for_every_kind() {
    let again = r#"[[calls]]
id = "silent"
label = "Once more"
action = "sms"
when = "TRUE"
priority = 20
class = "service"
due_hours = 24
team = "care"
owner = "care-desk"
script = "Hello."

[teams.care]"#;
    let changes = [
        ("club.toml", "[teams.care]", again),
        (
            "rules.toml",
            "name = \"film_fan\"",
            "name = \"video_minutes_30d\"",
        ),
    ];
    assert_snapshot!(told(&changes), @r"
    exit code 64
    error: 2 faults in the pipeline
      club.toml:28: calls[1].id: `silent` is taken by another of the calls
      rules.toml:16: tags[0]: the name `video_minutes_30d` is taken by another column
        allowed: a name of its own
    ");
}

#[test]
fn broken_toml_is_told_with_its_line() {
    let changes = [
        ("rules.toml", "window = \"30d\"", "window = \"30d"),
        ("club.toml", "priority = 10", "priority 10"),
    ];
    assert_snapshot!(told(&changes), @r#"
    exit code 64
    error: 2 faults in the pipeline
      club.toml:20: toml: key with no value, expected `=`
      rules.toml:4: toml: invalid basic string, expected `"`
    "#);
}

#[test]
fn broken_sql_is_told_with_its_text() {
    let change = ("rules.toml", "film_affinity > 0.7", "film_affinity >");
    assert_snapshot!(told(&[change]), @r"
    exit code 64
    error: 1 fault in the pipeline
      rules.toml:18: tags[0].when: `film_affinity >` is not an SQL expression: unable to parse 'film_affinity >' as Expr
    ");
}

#[test]
fn a_condition_that_is_no_yes_or_no_is_told() {
    let change = ("club.toml", "film_affinity >= 0.6", "film_affinity");
    assert_snapshot!(told(&[change]), @r"
    exit code 64
    error: 1 fault in the pipeline
      club.toml:11: activities[0].eligible: `film_affinity` gives f64, not yes or no
    ");
}

#[test]
fn a_broken_tag_does_not_hide_a_broken_condition() {
    let told = told(&[
        ("rules.toml", "film_affinity > 0.7", "film_affinity >"),
        ("club.toml", "film_affinity >= 0.6", "film_affinty >= 0.6"),
    ]);
    assert!(told.contains("tags[0].when"), "{told}");
    assert!(told.contains("did you mean `film_affinity`?"), "{told}");
}

#[test]
fn a_rule_for_each_of_several_is_told_once() {
    let changes = [
        (
            "rules.toml",
            "[[features]]",
            "[[features]]\neach = [\"video\", \"music\"]",
        ),
        (
            "rules.toml",
            "name = \"video_minutes_30d\"",
            "name = \"{each}_minutes_30d\"",
        ),
        (
            "rules.toml",
            "SUM(minutes) FILTER (WHERE category = 'video')",
            "SUM(minuets) FILTER (WHERE category = '{each}')",
        ),
    ];
    let told = told(&changes);
    assert_eq!(told.matches("did you mean `minutes`?").count(), 1, "{told}");
}

#[test]
fn an_unset_variable_is_named() {
    let changes = [(
        "pipeline.toml",
        "\"sample-data/preferences.parquet\"",
        "\"${CLUBCALL_TEST_DATA}/preferences.parquet\"",
    )];
    assert_snapshot!(told(&changes), @r"
    exit code 64
    error: 1 fault in the pipeline
      pipeline.toml:17: sources.preferences.path: the environment variable `CLUBCALL_TEST_DATA` is not set
        allowed: set it: export CLUBCALL_TEST_DATA=/path/to/data
    ");
    let key = (
        "pipeline.toml",
        "text = \"a-key-for-tests-only\"",
        "env = \"CLUBCALL_TEST_KEY\"",
    );
    assert_snapshot!(told(&[key]), @r"
    exit code 64
    error: 1 fault in the pipeline
      pipeline.toml:7: pipeline.key.env: the environment variable `CLUBCALL_TEST_KEY` is not set
        allowed: set it: export CLUBCALL_TEST_KEY=a-long-random-text
    ");
}

#[test]
fn a_fault_in_the_key_does_not_show_the_key() {
    for key in [
        "{ text = \"hidden-and-long-enough\", env = \"NAME\" }",
        "\"hidden-and-long-enough\"",
        "{ txt = \"hidden-and-long-enough\" }",
        "{ text = \"hidden\" }",
    ] {
        let told = told(&[("pipeline.toml", "{ text = \"a-key-for-tests-only\" }", key)]);
        assert!(told.starts_with("exit code 64\n"), "{told}");
        assert!(!told.contains("hidden"), "{told}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let change = ("pipeline.toml", "preferences.parquet", "preference.parquet");
    assert_snapshot!(told(&[change]), @r"
    exit code 66
    error: source `preferences`: no file matches sample-data/preference.parquet
      next: check the path in [sources.preferences]; it starts at the pipeline file's folder
    ");
    let include = ("pipeline.toml", "rules.toml", "rule.toml");
    assert_snapshot!(told(&[include]), @r"
    exit code 64
    error: 1 fault in the pipeline
      pipeline.toml:1: include: cannot read `rule.toml`: No such file or directory (os error 2)
        allowed: the path of a TOML file, taken from the folder of the file naming it
    ");
    let workspace = mini::workspace();
    fs::remove_file(workspace.path("pipeline.toml")).unwrap();
    assert_snapshot!(mini::told(&workspace), @r"
    exit code 66
    error: there is no pipeline file pipeline.toml
    ");
}
