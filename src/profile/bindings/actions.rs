//! What may be run and asked: programs with their arguments, never a shell's line; HTTP without a password in the URL.

/// Most arguments, and most characters of one.
const MAX_ARGUMENTS: usize = 64;
const MAX_CHARS: usize = 4096;

/// Programs that take a whole line behind one of their options.
const SHELLS: [&str; 10] = ["sh", "bash", "dash", "zsh", "ksh", "ash", "fish", "cmd", "powershell", "pwsh"];

/// Why this is no program with its arguments; a sentence without a final period.
pub fn argv_fault(argv: &[String]) -> Option<String> {
    let Some(program) = argv.first() else { return Some("argv is empty: it begins with a program".to_owned()) };
    if program.trim().is_empty() {
        return Some("argv begins with an empty text instead of a program".to_owned());
    }
    if argv.len() > MAX_ARGUMENTS || argv.iter().any(|argument| argument.chars().count() > MAX_CHARS) {
        return Some(format!("argv has at most {MAX_ARGUMENTS} arguments of {MAX_CHARS} characters"));
    }
    if argv.iter().any(|argument| argument.contains('\0')) {
        return Some("an argument holds a zero byte, which no program can be given".to_owned());
    }
    if argv.len() == 1 && program.contains(char::is_whitespace) {
        let words: Vec<String> = program.split_whitespace().map(|word| format!("\"{word}\"")).collect();
        return Some(format!("this is a shell's line: write each argument by itself, [{}]", words.join(", ")));
    }
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program).to_lowercase();
    let is_shell = SHELLS.contains(&name.trim_end_matches(".exe"));
    let takes_line = |argument: &String| {
        let option = argument.to_lowercase();
        let letters = option.strip_prefix('-').filter(|letters| letters.chars().all(|c| c.is_ascii_lowercase()));
        letters.is_some_and(|letters| letters.contains('c') && (letters.len() <= 4 || "command".starts_with(letters)))
            || option == "/c"
            || option == "/k"
            || option == "--command"
    };
    (is_shell && argv[1..].iter().any(takes_line))
        .then(|| format!("{name} with a line to run is not accepted: put the line into a script and run that"))
}

/// Why this is no name of a service that is run; a sentence without a final period.
pub fn service_fault(service: &str) -> Option<String> {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let is_good = (1..=64).contains(&service.len()) && service.bytes().all(is_letter);
    (!is_good)
        .then(|| "the service to restart has a name of 1 to 64 letters, digits, \"-\", \"_\" and \".\"".to_owned())
}

/// Why this is no URL that is asked; a sentence without a final period. It does not repeat the URL.
pub fn url_fault(url: &str) -> Option<String> {
    let lower = url.to_lowercase();
    let Some(rest) = lower.strip_prefix("http://").or_else(|| lower.strip_prefix("https://")) else {
        return Some("the URL begins with http:// or https://".to_owned());
    };
    if url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Some("the URL holds a blank: write it as %20".to_owned());
    }
    if url.chars().count() > MAX_CHARS {
        return Some(format!("the URL has more than {MAX_CHARS} characters"));
    }
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    if authority.contains('@') {
        return Some("a user or password in the URL would be shown: ask an address that needs none".to_owned());
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    if host.is_empty() {
        return Some("the URL names no host".to_owned());
    }
    port.is_some_and(|port| !port.parse::<u16>().is_ok_and(|port| port > 0))
        .then(|| "the URL's port is a number from 1 to 65535".to_owned())
}
