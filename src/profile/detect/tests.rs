//! What surroundings say, by the shipped rules and by a person's.

use super::*;
use crate::profile::ron_text::place;

const SHIPPED: [&str; 4] = ["development", "testing", "production", "high-load"];

/// The surroundings as `NAME=value`, `@host` and `#mark`.
fn evidence(text: &str) -> Evidence {
    let mut evidence = Evidence::default();
    for word in text.split_whitespace() {
        if let Some(host) = word.strip_prefix('@') {
            evidence.host_name = host.to_owned();
        } else if let Some(mark) = word.strip_prefix('#') {
            evidence.marks.push(mark.to_owned());
        } else if let Some((name, value)) = word.split_once('=') {
            evidence.env.push((name.to_owned(), value.to_owned()));
        }
    }
    evidence
}

/// The profile, reasons and what speaks against, in one line.
fn said(rules: &Rules, surroundings: &str, profiles: &[&str]) -> String {
    let profiles: Vec<ProfileName> = profiles.iter().map(|name| Arc::from(*name)).collect();
    let found = detect(rules, &evidence(surroundings), &profiles);
    let mut text = found.profile.as_deref().unwrap_or("-").to_owned();
    text += &format!(": {}", found.reasons.join("; "));
    if !found.against.is_empty() {
        text += &format!(" | {}", found.against.join("; "));
    }
    text
}

fn shipped() -> Rules {
    let (rules, problems) = read_rules(shipped_rules_text());
    assert_eq!(problems, []);
    rules
}

#[test]
fn the_shipped_rules_read_the_usual_surroundings() {
    let rules = shipped();
    assert!(!rules.switch_by_itself);
    for (surroundings, expected) in [
        ("", "-: "),
        ("APP_ENV=production", "production: APP_ENV is production"),
        ("APP_ENV=Prod", "production: APP_ENV is Prod"),
        ("RAILS_ENV=live", "production: RAILS_ENV is live"),
        ("DJANGO_ENV=dev", "development: DJANGO_ENV is dev"),
        ("FLASK_ENV=development", "development: FLASK_ENV is development"),
        ("ASPNETCORE_ENVIRONMENT=Staging", "production: ASPNETCORE_ENVIRONMENT is Staging"),
        ("NODE_ENV=test", "testing: NODE_ENV is test"),
        ("APP_ENV=local", "development: APP_ENV is local"),
        ("APP_ENV=high-load", "high-load: APP_ENV is high-load"),
        (
            "SPRING_PROFILES_ACTIVE=prod,metrics",
            "production: SPRING_PROFILES_ACTIVE is prod | SPRING_PROFILES_ACTIVE is metrics, for which there is no profile",
        ),
        ("CI=true", "testing: CI is set"),
        ("CI=false", "-: "),
        ("CI=", "-: "),
        ("@atlas-prod-02", "production: the host is called atlas-prod-02"),
        ("@nonprod-3", "testing: the host is called nonprod-3"),
        ("@atlas-02", "-: "),
        ("#kubernetes #container", "production: it runs in Kubernetes; it runs in a container"),
        (
            "#kubernetes #namespace:shop-dev",
            "development: the Kubernetes namespace is shop-dev | it runs in Kubernetes, which speaks for production",
        ),
        (
            "APP_ENV=staging NODE_ENV=production @web-prod-1",
            "production: APP_ENV is staging; NODE_ENV is production; the host is called web-prod-1",
        ),
        ("NODE_ENV=production CI=1", "testing: CI is set | NODE_ENV is production, which speaks for production"),
        (
            "APP_ENV=production @dev-laptop",
            "production: APP_ENV is production | the host is called dev-laptop, which speaks for development",
        ),
        ("APP_ENV=blue", "-:  | APP_ENV is blue, for which there is no profile"),
    ] {
        assert_eq!(said(&rules, surroundings, &SHIPPED), expected, "{surroundings}");
    }
}

#[test]
fn a_profile_of_a_persons_own_is_meant_by_its_name() {
    let rules = shipped();
    assert_eq!(said(&rules, "APP_ENV=staging", &["production", "staging"]), "staging: APP_ENV is staging");
    assert_eq!(said(&rules, "APP_ENV=Black-Friday", &["black-friday"]), "black-friday: APP_ENV is Black-Friday");
    assert_eq!(said(&rules, "APP_ENV=prod", &["testing"]), "-:  | APP_ENV is prod, for which there is no profile");
}

#[test]
fn of_equal_sums_the_first_rule_wins() {
    let (rules, problems) =
        read_rules(r#"(version: 1, rules: [(variable: "A", weight: 5), (variable: "B", weight: 5)])"#);
    assert_eq!(problems, []);
    assert_eq!(said(&rules, "B=y A=x", &["x", "y"]), "x: A is x | B is y, which speaks for y");
}

#[test]
fn long_values_are_cut_short() {
    let long = format!("APP_ENV={}", "x".repeat(10_000));
    assert!(said(&shipped(), &long, &["production"]).len() < 200);
}

#[test]
fn switching_by_itself_is_turned_on_in_the_rules_alone() {
    assert!(read_rules("(version: 1, switch_by_itself: true)").0.switch_by_itself);
    assert!(!read_rules("(version: 1, switch_by_itself: \"yes\")").0.switch_by_itself);
}

#[test]
fn patterns() {
    for (pattern, name, expected) in [
        ("*prod*", "web-PROD-1", true),
        ("prod*", "prod", true),
        ("prod*", "nonprod", false),
        ("*-ci", "runner-ci", true),
        ("a*b*c", "a1b2c", true),
        ("a*b*b", "ab", false),
        ("web", "web", true),
        ("web", "web2", false),
        ("*", "", false),
        ("*ö*", "größe", true),
    ] {
        assert_eq!(fits(pattern, name), expected, "{pattern} on {name}");
    }
}

#[test]
fn every_fault_of_the_rules_is_told_at_once_with_its_place() {
    let text = r#"(
    version: 2,
    switch_by_itself: 1,
    colour: "red",
    words: {"prod": "production", "PROD": ["x", 5]},
    rules: [
        (variable: "A"),
        (variable: "A", means: "x", weight: 5),
        (host: "*", weight: 5),
        (host: "*", mark: "container", means: "x", weight: 5),
        (weight: 5),
        (present: "CI", means: "testing", weight: 101),
        "APP_ENV",
        (variable: "B", weight: 5),
    ],
)"#;
    let (rules, problems) = read_rules(text);
    let said: Vec<String> = problems
        .iter()
        .map(|p| format!("{}:{} {}", p.place.map_or(0, |p| p.line), p.place.map_or(0, |p| p.column), p.text))
        .collect();
    assert_eq!(
        said,
        [
            "2:14 version 2 is newer than this program knows (1): update the program; what it knows was read",
            "3:23 true or false belongs here, not a number",
            "4:5 the file has no field colour",
            "5:35 \"PROD\" stands here twice, large and small letters being alike: remove one",
            "5:49 a text in quotes belongs here, not a number",
            "7:9 a rule has a weight: add weight: 10",
            "8:25 a variable says itself what it means: remove means, or ask for present",
            "9:9 a rule has no means: add means: \"…\"",
            "10:9 a rule looks at one thing: mark or host, not both",
            "11:9 a rule has one of variable, present, mark, namespace and host",
            "12:51 weight is a whole number from 1 to 100",
            "13:9 a rule is written (variable: …, present: …, mark: …, namespace: …, host: …, means: …, weight: …)",
        ]
    );
    assert_eq!(rules.rules.len(), 1, "the rule without a fault holds");
    assert_eq!(place(text, 0).line, 1);
}
