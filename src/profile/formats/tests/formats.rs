//! Which form a file has.

use std::path::Path;

use crate::model::profile::FileFormat::{self, Env, Ini, Json, Toml, Yaml};
use crate::profile::formats::format_of;

#[test]
fn a_name_says_it_first_and_what_stands_in_the_file_second() {
    let cases: [(&str, &str, Option<FileFormat>); 24] = [
        ("/srv/app/.env", "", Some(Env)),
        (".env.production", "", Some(Env)),
        (".ENV", "", Some(Env)),
        ("web.env", "", Some(Env)),
        ("app.toml", "", Some(Toml)),
        ("docker-compose.yml", "", Some(Yaml)),
        ("values.YAML", "", Some(Yaml)),
        ("appsettings.Production.json", "", Some(Json)),
        ("tsconfig.jsonc", "", Some(Json)),
        ("local.ron", "", Some(FileFormat::Ron)),
        ("application.properties", "", Some(Ini)),
        ("php.ini", "", Some(Ini)),
        ("postgresql.conf", "", Some(Ini)),
        ("setup.cfg", "", Some(Ini)),
        ("my.cnf", "", Some(Ini)),
        ("settings", "{\"a\": 1}", Some(Json)),
        ("settings", "# head\nA=1\nexport B_2=\"x\"\n", Some(Env)),
        ("settings", "[a]\nb = 1\n", Some(Toml)),
        ("settings", "[a]\nb = on\n", Some(Ini)),
        ("settings", "a:\n  b: 1\n", Some(Yaml)),
        ("settings", "spring.url = jdbc:x\n", Some(Ini)),
        ("settings", "some words\n", None),
        ("settings", "", None),
        ("settings", "\0\u{1}", None),
    ];
    for (name, text, format) in cases {
        assert_eq!(format_of(Path::new(name), text.as_bytes()), format, "{name}: {text}");
    }
}
