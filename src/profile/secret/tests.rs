//! Secrets: their writing, their weakness, and that none shows through.

use proptest::prelude::*;

use super::*;

#[test]
fn encoding_is_url_safe_base64_of_43_letters() {
    assert_eq!(encode(&[0; 32]), "A".repeat(43));
    assert_eq!(encode(&[0xff; 32]), format!("{}8", "_".repeat(42)));
    let counting: [u8; 32] = std::array::from_fn(|i| i as u8);
    assert_eq!(encode(&counting), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
}

#[test]
fn weak_secrets_are_told_with_the_reason_and_without_the_secret() {
    for (secret, why) in [
        ("", "empty"),
        ("   ", "empty"),
        ("changeme", "word of examples"),
        ("Change-Me!", "word of examples"),
        ("secret", "word of examples"),
        ("please_change_me_in_production", "word of examples"),
        ("django-insecure-4h!x7m)p2q8r@t5v9w#k3z", "word of examples"),
        ("dev_secret_key_for_testing_only", "word of examples"),
        ("keyboard cat", "word of examples"),
        ("qwertyuiopasdfghjkl", "word of examples"),
        ("your-256-bit-secret", "word of examples"),
        ("x", "it has 1 character, and"),
        ("x7Kq9", "5 characters"),
        ("h4xR9-kLm2", "10 characters"),
        ("aaaaaaaaaaaaaaaaaaaaaaaa", "repeats"),
        ("x9Kqx9Kqx9Kqx9Kqx9Kq", "repeats"),
        ("abcdefghijklmnopqrstuvwxyz", "runs along"),
        ("01234567890123456789x", "runs along"),
        ("ududdduuuudduduuddududuudduuu", "64 bits"),
    ] {
        let said = weakness(secret).unwrap_or_else(|| panic!("{secret} is weak"));
        assert!(said.contains(why), "{secret}: {said}");
        assert!(secret.trim().len() < 8 || !said.contains(secret), "{said}");
    }
}

#[test]
fn names_of_secrets_are_known() {
    for name in [
        "DB_PASSWORD",
        "PGPASSWORD",
        "jwtSecret",
        "SECRET_KEY_BASE",
        "api-key",
        "STRIPE_API_KEY",
        "spring.datasource.password",
        "APP_KEY",
        "requirepass",
        "security.secret_key",
        "aws.accessKey",
        "session.cookie",
        "SENTRY_DSN",
    ] {
        assert!(is_secret_name(name), "{name}");
    }
    for name in [
        "DB_POOL_MAX",
        "TOKEN_LIFETIME",
        "security.token_ttl",
        "key",
        "CACHE_KEY_PREFIX",
        "passenger",
        "PASSWORD_MIN_LENGTH",
    ] {
        assert!(!is_secret_name(name), "{name}");
    }
}

#[test]
fn a_text_is_shown_without_its_secrets() {
    for (text, shown) in [
        ("DB_HOST=db\nDB_PASSWORD=hunter2\r\n", "DB_HOST=db\nDB_PASSWORD=••••••••"),
        ("# DB_PASSWORD=hunter2 # old", "# DB_PASSWORD=••••••••"),
        ("export API_KEY='hunter2'", "export API_KEY='••••••••'"),
        ("PASSWORD=hun,ter#2", "PASSWORD=••••••••"),
        ("PASSWORD=#hunter2", "PASSWORD=••••••••"),
        ("URL=postgres://app:hunter2@db:5432/app?pool=5", "URL=postgres://app:••••••••@db:5432/app?pool=5"),
        ("a: redis://:hun/ter2@cache/0", "a: redis://:••••••••@cache/0"),
        ("site: https://example.org:8080/a", "site: https://example.org:8080/a"),
        ("  \"password\": \"hunter2\",", "  \"password\": \"••••••••\","),
        ("{user: a, password: 'it''s hunter2', port: 5}", "{user: a, password: '••••••••', port: 5}"),
        ("password = \"hun\\\"ter2\" # x", "password = \"••••••••\" # x"),
        ("secrets: [\"hunter2\", 'b']", "secrets: ••••••••"),
        ("password: ${DB_PASSWORD}", "password: ${DB_PASSWORD}"),
        ("password: ${DB_PASSWORD:-hunter2}", "password: ••••••••"),
        ("token: |\n  hunter2\n\n  more\nport: 5", "token: |\n  ••••••••\n\n  ••••••••\nport: 5"),
        ("secrets:\n- hunter2\nport: 5", "secrets:\n••••••••\nport: 5"),
        ("secrets = [\n  \"hunter2\",\n]\nport = 5", "secrets = [\n  ••••••••\n]\nport = 5"),
        ("secret = \"\"\"\nhunter2\n\"\"\"\nport = 5", "secret = \"\"\"\n••••••••\n••••••••\nport = 5"),
        ("PASSWORD=\"hunter2\nmore\"\nPORT=5", "PASSWORD=\"••••••••\n••••••••\nPORT=5"),
        ("password=hunter2\\\n  more\nport=5", "password=••••••••\n  ••••••••\nport=5"),
        ("requirepass hunter2", "requirepass ••••••••"),
        ("{secret: x, port: 5}", "{secret: ••••••••, port: 5}"),
        ("db: {user: a, password: hunter2}", "db: {user: a, password: ••••••••}"),
        ("db: {password: hunter2, user: a} # x", "db: {password: ••••••••, user: a} # x"),
        ("{secrets: [a, b], port: 5}", "{secrets: ••••••••"),
        ("{secrets: {a: b}, port: 5}", "{secrets: ••••••••"),
        ("X={} PASSWORD=hun,ter2}", "X={} PASSWORD=••••••••"),
        ("a: ${PASSWORD:-hun,ter2}", "a: ${PASSWORD:••••••••"),
        ("{password: ${DB_PASSWORD}, port: 5}", "{password: ${DB_PASSWORD}, port: 5}"),
        ("{password: '{', secret: hunter2, port: 5}", "{password: '••••••••', secret: ••••••••, port: 5}"),
        ("auth: Bearer q3Zx0_8fPq1bT7uYc2", "auth: Bearer ••••••••"),
        ("header = \"Authorization: Bearer abc\"", "header = \"Authorization: Bearer ••••••••\""),
        ("\"authorization\": \"abc def\", \"a\": 1", "\"authorization\": \"••••••••\", \"a\": 1"),
        ("STRIPE=sk_live_4eC39HqLyjWD", "STRIPE=••••••••"),
        ("CI: ghp_16C7e42F292c6912E771 # jo", "CI: •••••••• # jo"),
        ("x: [AKIAIOSFODNN7EXAMPLE, gho_16C7e42F292c6912E771]", "x: [••••••••, ••••••••]"),
        ("SLACK=https://a/xoxb-123456789012-abcdefAB/c", "SLACK=https://a/••••••••/c"),
        ("JWT=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.abc", "JWT=••••••••"),
        (
            "KEY=-----BEGIN PRIVATE KEY-----\\nMIIx\\n-----END PRIVATE KEY-----",
            "KEY=-----BEGIN PRIVATE KEY-----••••••••-----END PRIVATE KEY-----",
        ),
        ("m: mongodb://u:a,b@h1,h2/x", "m: mongodb://u:••••••••@h1,h2/x"),
        ("m: [redis://:a@h, b@c]", "m: [redis://:••••••••@h, b@c]"),
        ("DSN: https://0123456789abcdef0123456789abcdef@sentry.example/1", "DSN: ••••••••"),
        ("at: https://0123456789abcdef0123456789abcdef@sentry.example/1", "at: https://••••••••@sentry.example/1"),
        ("password: \"\"\nport: 5", "password: \"\"\nport: 5"),
        (
            "K=\"-----BEGIN RSA PRIVATE KEY-----\nMIIhunter2\n-----END RSA PRIVATE KEY-----\"\nP=5",
            "K=\"-----BEGIN RSA PRIVATE KEY-----\n••••••••\n••••••••\nP=5",
        ),
    ] {
        assert_eq!(conceal(text, &[], &[]).join("\n"), shown, "{text}");
    }
    assert_eq!(conceal("a=known-one b=known-one", &["known-one".into()], &[]), ["a=•••••••• b=••••••••"]);
    let names = ["signing".to_owned()];
    assert_eq!(conceal("app.signing=ab\nresigning=5", &[], &names), ["app.signing=••••••••", "resigning=5"]);
    assert_eq!(hide_known("`known-one` is no number", &["known-one".into(), "no".into()]), "`••••••••` is no number");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn random_secrets_are_never_called_weak(bytes: [u8; 32]) {
        prop_assert_eq!(weakness(&encode(&bytes)), None);
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        prop_assert_eq!(weakness(&hex), None);
    }

    #[test]
    fn no_known_secret_shows_and_lines_stay_as_many(
        lines in proptest::collection::vec("[a-z=:\"' {}#|-]{0,12}", 0..8), at: proptest::sample::Index, secret in "[A-Z]{8,12}",
    ) {
        let mut lines = lines;
        lines.insert(at.index(lines.len() + 1), format!("x={secret}"));
        let text = lines.join("\n");
        let shown = conceal(&text, std::slice::from_ref(&secret), &[]);
        prop_assert_eq!(shown.len(), text.split_inclusive('\n').count());
        prop_assert!(!shown.join("\n").contains(&secret));
    }

    #[test]
    fn no_value_under_a_secret_name_shows(secret in "[A-Za-z0-9#,/+=!$%&*()\\[\\]{}|<>^~:;.-]{4,20}", quote in prop_oneof!["", "'", "\""]) {
        for line in [format!("DB_PASSWORD={quote}{secret}{quote}"), format!("  token: {quote}{secret}{quote}")] {
            let shown = conceal(&line, &[], &[]).join("\n");
            prop_assert!(!shown.contains(&secret) || line.contains("${"), "{} shows as {}", line, shown);
        }
    }
}
