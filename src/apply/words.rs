//! Small words of applies: spans of time, programs, addresses.

use std::time::Duration;

use crate::model::profile::Reload;
use crate::model::quantity::THIN_SPACE;
use crate::profile::plan::{reload_words, shown_url};

/// Longest text of a program line that is shown.
const MAX_SHOWN: usize = 200;

/// A span of time: "0.8 s", "30 s", "5 min".
pub(super) fn span(span: Duration) -> String {
    let secs = span.as_secs_f64();
    match secs {
        _ if secs < 9.95 && span.subsec_millis() != 0 => format!("{secs:.1}{THIN_SPACE}s"),
        _ if secs < 120.0 || !span.as_secs().is_multiple_of(60) => format!("{secs:.0}{THIN_SPACE}s"),
        _ => format!("{}{THIN_SPACE}min", span.as_secs() / 60),
    }
}

/// A reload as a person knows it, without secrets: "systemctl reload checkout", "POST http://127.0.0.1:8080/reload".
pub(super) fn reload(reload: &Reload) -> String {
    let line = match reload {
        Reload::Run { .. } | Reload::Restart { .. } => reload_words(reload),
        Reload::Post { url, .. } => format!("POST {}", address(url)),
    };
    match line.char_indices().nth(MAX_SHOWN) {
        Some((i, _)) => format!("{}…", &line[..i]),
        None => line,
    }
}

/// An address without what may be secret in it: name and password, and everything asked of it.
pub(super) fn address(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return shown_url(url) };
    let (host, path) = rest.find('/').map_or((rest, ""), |i| rest.split_at(i));
    shown_url(&format!("{scheme}://{}{path}", host.rsplit('@').next().unwrap_or_default()))
}

/// The host and port of an address.
pub(super) fn host(url: &str) -> String {
    let address = address(url);
    let rest = address.split_once("://").map_or(&*address, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default().to_owned()
}

/// Why a file with so many names is not written: replaced whole, it would no longer be the file that the others name, and
/// written in place it could be left half written.
pub fn hard_links(n_names: u64) -> String {
    format!(
        "it has {n_names} names (hard links), and replacing it would leave the old content under the others: make those \
         symbolic links to it, or this one a file of its own, then plan again"
    )
}

/// "1 file", "2 files".
pub(super) fn files(n: usize) -> String {
    if n == 1 { "1 file".into() } else { format!("{n} files") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_people_say_them() {
        for (millis, expect) in [
            (800, "0.8 s"),
            (30_000, "30 s"),
            (60_000, "60 s"),
            (300_000, "5 min"),
            (150_000, "150 s"),
            (12_300, "12 s"),
        ] {
            assert_eq!(span(Duration::from_millis(millis)).replace(THIN_SPACE, " "), expect);
        }
    }

    #[test]
    fn addresses_show_no_name_password_or_token() {
        for (url, expect_address, expect_host) in [
            ("http://127.0.0.1:8080/config", "http://127.0.0.1:8080/config", "127.0.0.1:8080"),
            ("https://me:hush@host/a@b?token=hush#x", "https://host/a@b", "host"),
            ("http://host?token=hush", "http://host", "host"),
            ("https://host/ghp_16C7e42F292c6912E771", "https://host/••••••••", "host"),
            ("nonsense", "nonsense", "nonsense"),
        ] {
            assert_eq!((&*address(url), &*host(url)), (expect_address, expect_host), "{url}");
        }
        let argv = ["curl", "-H", "Authorization: Bearer hush-hush", "--token", "hush"].map(str::to_owned).to_vec();
        let line = reload(&Reload::Run { argv, timeout: Duration::ZERO });
        assert_eq!(line, "curl -H \"Authorization: Bearer ••••••••\" --token ••••••••");
        let line = reload(&Reload::Run { argv: vec!["ä".repeat(300)], timeout: Duration::ZERO });
        assert_eq!(line.chars().count(), MAX_SHOWN + 1);
    }
}
