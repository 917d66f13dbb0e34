//! Webhooks' addresses may hold a secret: on the wire only the host of each is left.

use std::sync::Arc;

use crate::model::alert::Webhook;

/// What stands for the rest of an address.
const REST: &str = "/••••••••";

/// The address with everything behind its host taken away.
pub fn masked_url(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    // A name and password may stand before the host.
    let bare = host.rsplit('@').next().unwrap_or(host);
    if bare.len() == host.len() && path.trim_matches('/').is_empty() {
        return url.to_owned();
    }
    format!("{scheme}://{bare}{REST}")
}

/// Webhooks as they were sent back, with the address of each that was not touched as it is known here.
pub fn unmask(sent: Vec<Webhook>, known: &[Webhook]) -> Vec<Webhook> {
    let restore = |mut webhook: Webhook| {
        let masked = |known: &&Webhook| masked_url(&known.url) == *webhook.url;
        // Under its name first; one that was given another name has the address of the only one that is masked so.
        let same = known.iter().filter(masked).find(|k| k.name == webhook.name);
        let mut others = known.iter().filter(masked);
        let only = others.next().filter(|_| others.next().is_none());
        if let Some(known) = same.or(only) {
            webhook.url = Arc::clone(&known.url);
        }
        webhook
    };
    sent.into_iter().map(restore).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook(name: &str, url: &str) -> Webhook {
        Webhook { name: name.into(), url: url.into() }
    }

    #[test]
    fn only_the_host_is_left_of_an_address() {
        for (url, masked) in [
            ("https://hooks.example.org/services/T0/s3cr3t", "https://hooks.example.org/••••••••"),
            ("https://me:pw@example.org", "https://example.org/••••••••"),
            ("http://example.org:8080?token=x", "http://example.org:8080/••••••••"),
            ("http://example.org/", "http://example.org/"),
            ("http://example.org", "http://example.org"),
        ] {
            assert_eq!(masked_url(url), masked);
            assert_eq!(masked_url(masked), masked, "twice is as once");
        }
    }

    #[test]
    fn addresses_that_were_not_touched_come_back_whole() {
        let known = [hook("a", "https://x.org/one"), hook("b", "https://x.org/two"), hook("c", "https://y.org/three")];
        let sent = vec![
            hook("b", "https://x.org/••••••••"),
            hook("renamed", "https://y.org/••••••••"),
            hook("new", "https://z.org/four"),
        ];
        let expect =
            [hook("b", "https://x.org/two"), hook("renamed", "https://y.org/three"), hook("new", "https://z.org/four")];
        assert_eq!(unmask(sent, &known), expect);
    }
}
