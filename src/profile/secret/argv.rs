//! A program's arguments as they may be shown: in plans, in the history of applies, in messages.

use super::{MASK, conceal, is_secret_name, looks_like_secret};

/// Options whose value is a secret, or a user with a password, though their name does not say so: programs, the option,
/// and whether the value may stand right behind it.
const OPTIONS: &[(&[&str], &str, bool)] = &[
    (&["mysql", "mysqladmin", "mysqldump", "mariadb", "mariadb-admin", "mariadb-dump"], "-p", true),
    (&["redis-cli", "valkey-cli"], "-a", false),
    (&["sshpass"], "-p", true),
    (&["ldapmodify", "ldapsearch"], "-w", true),
];

/// Options whose value is a user and a password with a colon between.
const USERS: &[&str] = &["-u", "--user", "-U", "--proxy-user"];

/// The arguments with dots in place of what is secret in them: `--password=…`, what follows `--token`, what a header or a
/// URL holds, and keys and tokens of a known form. As many as came in; the program's name is among them.
pub fn conceal_argv(argv: &[String]) -> Vec<String> {
    let program = argv.first().map(|path| program_name(path)).unwrap_or_default();
    let mut shown = Vec::with_capacity(argv.len());
    let mut before: Option<&str> = None;
    for argument in argv {
        let option = before.filter(|before| before.starts_with('-') && !before.contains('='));
        shown.push(match option {
            Some(option) if wants_secret(&program, option) && !is_option(argument) => MASK.to_owned(),
            Some(option) if USERS.contains(&option) && argument.contains(':') => without_password(argument),
            _ => conceal_argument(&program, argument),
        });
        before = Some(argument);
    }
    shown
}

/// `/usr/bin/mysql` and `mysql.exe` are `mysql`.
fn program_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
    name.strip_suffix(".exe").map_or(name.clone(), str::to_owned)
}

/// Whether what stands behind this option is a secret.
fn wants_secret(program: &str, option: &str) -> bool {
    is_secret_name(option.trim_start_matches('-'))
        || OPTIONS.iter().any(|(programs, known, _)| *known == option && programs.contains(&program))
}

/// Whether it is one more option and no value. A secret may begin with a dash too.
fn is_option(argument: &str) -> bool {
    let is_short = argument.len() == 2 && argument.starts_with('-');
    (is_short || argument.starts_with("--")) && !looks_like_secret(argument)
}

fn conceal_argument(program: &str, argument: &str) -> String {
    let attached = OPTIONS.iter().find_map(|(programs, option, may_be_attached)| {
        let rest = argument.strip_prefix(option).filter(|rest| *may_be_attached && !rest.is_empty())?;
        (programs.contains(&program) && !rest.starts_with('-')).then_some(*option)
    });
    if let Some(option) = attached {
        return format!("{option}{MASK}");
    }
    if let Some((name, value)) = argument.split_once('=') {
        let (name, bare) = (format!("{name}="), name.trim_start_matches('-'));
        if is_secret_name(bare) && !value.is_empty() {
            return name + MASK;
        }
        if USERS.contains(&name.trim_end_matches('=')) && value.contains(':') {
            return name + &without_password(value);
        }
    }
    conceal(argument, &[], &[]).join("\n")
}

fn without_password(user: &str) -> String {
    user.split_once(':').map_or_else(|| user.to_owned(), |(name, _)| format!("{name}:{MASK}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_shows_in_a_programs_arguments() {
        for (argv, expected) in [
            (&["systemctl", "reload", "checkout"][..], &["systemctl", "reload", "checkout"][..]),
            (&["app", "--password=hunter2", "-v"], &["app", "--password=••••••••", "-v"]),
            (&["app", "--token", "hunter2", "--port", "5"], &["app", "--token", "••••••••", "--port", "5"]),
            (&["app", "--token", "-hunter2"], &["app", "--token", "••••••••"]),
            (&["app", "--token", "--verbose", "x"], &["app", "--token", "--verbose", "x"]),
            (&["app", "--token-lifetime", "5"], &["app", "--token-lifetime", "5"]),
            (&["app", "--api-key", "a=b"], &["app", "--api-key", "••••••••"]),
            (&["java", "-Dspring.datasource.password=x"], &["java", "-Dspring.datasource.password=••••••••"]),
            (&["env", "PGPASSWORD=x y", "psql"], &["env", "PGPASSWORD=••••••••", "psql"]),
            (
                &["curl", "-H", "Authorization: Bearer abc", "-XPOST", "http://a/b"],
                &["curl", "-H", "Authorization: Bearer ••••••••", "-XPOST", "http://a/b"],
            ),
            (&["curl", "-H", "X-Api-Key: abc"], &["curl", "-H", "X-Api-Key: ••••••••"]),
            (&["curl", "-HAuthorization: abc"], &["curl", "-HAuthorization: ••••••••"]),
            (&["curl", "-u", "jo:hunter2"], &["curl", "-u", "jo:••••••••"]),
            (&["curl", "--user=jo:hunter2"], &["curl", "--user=jo:••••••••"]),
            (&["curl", "-u", "jo"], &["curl", "-u", "jo"]),
            (&["curl", "https://jo:hunter2@a/b"], &["curl", "https://jo:••••••••@a/b"]),
            (&["curl", "-d", "{\"password\": \"x\"}"], &["curl", "-d", "{\"password\": \"••••••••\"}"]),
            (&["gh", "ghp_16C7e42F292c6912E771"], &["gh", "••••••••"]),
            (&["/usr/bin/mysql", "-phunter2", "-p", "x"], &["/usr/bin/mysql", "-p••••••••", "-p", "••••••••"]),
            (&["mkdir", "-p", "/srv/app"], &["mkdir", "-p", "/srv/app"]),
            (&["redis-cli", "-a", "x", "ping"], &["redis-cli", "-a", "••••••••", "ping"]),
            (&[], &[]),
        ] {
            let argv: Vec<String> = argv.iter().map(|argument| (*argument).to_owned()).collect();
            assert_eq!(conceal_argv(&argv), expected, "{argv:?}");
        }
    }
}
