//! What is done beside writing files, as it may be shown: a command line or a URL without the secrets in it.

use crate::model::profile::{Reload, VerifyAction};
use crate::profile::secret::{conceal, conceal_argv};

/// A reload in words: `systemctl reload checkout`, `POST http://127.0.0.1:8080/reload`, `restart of checkout`. Arguments with blanks in them stand
/// in quotes.
pub fn reload_words(reload: &Reload) -> String {
    match reload {
        Reload::Run { argv, .. } => conceal_argv(argv).iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "),
        Reload::Post { url, .. } => format!("POST {}", shown_url(url)),
        Reload::Restart { service, .. } => format!("restart of {service}"),
    }
}

/// A check in words: `read again`, `GET http://127.0.0.1:8080/config`.
pub fn verify_words(verify: &VerifyAction) -> String {
    match verify {
        VerifyAction::ReadFile => "read again".to_owned(),
        VerifyAction::Get { url, .. } => format!("GET {}", shown_url(url)),
    }
}

/// A URL without a password or a token in it.
pub fn shown_url(url: &str) -> String {
    conceal(url, &[], &[]).join(" ")
}

fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\'));
    if is_plain { word.to_owned() } else { format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\"")) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const TIMEOUT: Duration = Duration::ZERO;

    #[test]
    fn actions_are_shown_without_their_secrets() {
        let run =
            |argv: &[&str]| Reload::Run { argv: argv.iter().map(ToString::to_string).collect(), timeout: TIMEOUT };
        let post = |url: &str| Reload::Post { url: url.into(), timeout: TIMEOUT };
        for (reload, expected) in [
            (run(&["systemctl", "reload", "checkout"]), "systemctl reload checkout"),
            (run(&["app", "a b", "", "\"c\""]), r#"app "a b" "" "\"c\"""#),
            (run(&["app", "--token", "hunter2"]), "app --token ••••••••"),
            (run(&["curl", "-H", "Authorization: Bearer abc"]), "curl -H \"Authorization: Bearer ••••••••\""),
            (post("http://127.0.0.1:8080/reload"), "POST http://127.0.0.1:8080/reload"),
            (post("http://a/reload?token=hunter2"), "POST http://a/reload?token=••••••••"),
        ] {
            assert_eq!(reload_words(&reload), expected);
        }
        let get = |url: &str| VerifyAction::Get { url: url.into(), fields: Vec::new(), timeout: TIMEOUT };
        assert_eq!(verify_words(&get("https://a/ghp_16C7e42F292c6912E771")), "GET https://a/••••••••");
        assert_eq!(verify_words(&VerifyAction::ReadFile), "read again");
    }
}
