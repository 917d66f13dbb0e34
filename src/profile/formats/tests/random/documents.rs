//! Random files of each format, as pieces.

use super::{File, Piece, Tape};

/// Puts pieces together with one kind of line end.
struct Writer {
    pieces: Vec<Piece>,
    newline: &'static str,
    n_names: usize,
}

impl Writer {
    fn new(tape: &mut Tape) -> Self {
        let newline = if tape.is(3) { "\r\n" } else { "\n" };
        let mark = if tape.is(5) { "\u{feff}" } else { "" };
        Self { pieces: vec![Piece::Fixed(mark.to_owned())], newline, n_names: 0 }
    }

    fn fixed(&mut self, text: &str) {
        self.pieces.push(Piece::Fixed(text.replace('\n', self.newline)));
    }

    fn value(&mut self, key: &str, raw: &str) {
        self.pieces.push(Piece::Value { key: key.to_owned(), raw: raw.to_owned() });
    }

    /// A name that is not there yet.
    fn name(&mut self, tape: &mut Tape) -> String {
        self.n_names += 1;
        format!("{}{}", tape.one(&["a", "POOL", "max_size", "Zed"]), self.n_names)
    }

    /// The file, now and then without its last line end.
    fn done(mut self, tape: &mut Tape) -> File {
        if tape.is(4)
            && let Some(Piece::Fixed(last)) = self.pieces.last_mut()
            && last.ends_with('\n')
        {
            last.truncate(last.len() - self.newline.len());
        }
        File { pieces: self.pieces }
    }
}

pub(super) fn env(tape: &mut Tape) -> File {
    let mut file = Writer::new(tape);
    for _ in 0..=tape.pick(8) {
        let start = tape.one(&["", "", "# B=1\n", "\n", "not a line\n", "  "]);
        file.fixed(start);
        let name = file.name(tape);
        let export = tape.one(&["", "", "export "]);
        let sign = tape.one(&["=", "=", " = "]);
        file.fixed(&format!("{export}{name}{sign}"));
        file.value(&name, tape.one(&["1", "5.5", "\"x #y\"", "'it is'", "${HOST}:80", "a#b", "`t`", "on"]));
        file.fixed(tape.one(&["\n", "\n", " # note\n", "   \n"]));
    }
    file.done(tape)
}

pub(super) fn ini(tape: &mut Tape) -> File {
    let mut file = Writer::new(tape);
    file.fixed(tape.one(&["", "; head\n", "top = 0\n"]));
    for section in 0..=tape.pick(3) {
        file.fixed(tape.one(&["", "\n", "# of this\n"]));
        file.fixed(&format!("[s{section}]\n"));
        let (indent, sign) = (tape.one(&["", "", "\t"]), tape.one(&["=", " = ", ": ", "   =  "]));
        for _ in 0..=tape.pick(4) {
            let name = file.name(tape);
            file.fixed(&format!("{indent}{name}{sign}"));
            file.value(
                &format!("s{section}.{name}"),
                tape.one(&["1", "\"a ; b\"", "'x'", "some words", "#fff", "100%"]),
            );
            file.fixed(tape.one(&["\n", "\n", " ; note\n", "\n# line\n", "\nflag\n"]));
        }
    }
    file.done(tape)
}

pub(super) fn properties(tape: &mut Tape) -> File {
    let mut file = Writer::new(tape);
    file.fixed(tape.one(&["! head\n", "#é\n!\n", "! \n\n"]));
    for _ in 0..=tape.pick(8) {
        let name = file.name(tape);
        let group = tape.one(&["spring.", "app.x.", ""]);
        let sign = tape.one(&["=", " = ", ": ", " "]);
        file.fixed(&format!("{}{group}{name}{sign}", tape.one(&["", "  "])));
        file.value(&format!("{group}{name}"), tape.one(&["1", "a#b ; c", "\"q\"", "caf\\u00e9", "x\\\\y", "a\\tb"]));
        file.fixed(tape.one(&["\n", "\n", "\n# line\n", "\n\n"]));
    }
    file.done(tape)
}

/// Raw values that JSON and TOML share.
const SHARED: &[&str] =
    &["1", "-5", "0.25", "true", "\"text\"", "\"7\"", "[1, 2]", "[\"a\", \"b\"]", "\"\\u00e9\\n\"", "[]"];

pub(super) fn json(tape: &mut Tape) -> File {
    let mut file = Writer::new(tape);
    file.fixed(tape.one(&["", "// head\n", "\n"]));
    let by_lines = !tape.is(3);
    members(&mut file, tape, "", 0, by_lines, &['{', '}', '"'], SHARED);
    file.fixed("\n");
    file.done(tape)
}

pub(super) fn ron(tape: &mut Tape) -> File {
    let mut file = Writer::new(tape);
    file.fixed(tape.one(&["", "// head\n", "#![enable(implicit_some)]\n", "Config"]));
    let by_lines = !tape.is(3);
    let raws = ["1", "-5", "0.25", "true", "\"text\"", "Fast", "r\"raw\"", "[1, 2]", "'c'", "\"7\""];
    members(&mut file, tape, "", 0, by_lines, &['(', ')'], &raws);
    file.fixed("\n");
    file.done(tape)
}

/// A table in brackets with its members, those of tables in it too; the third sign is what names stand in.
fn members(
    file: &mut Writer,
    tape: &mut Tape,
    above: &str,
    depth: usize,
    by_lines: bool,
    signs: &[char],
    raws: &[&str],
) {
    let quote = signs.get(2).map(char::to_string).unwrap_or_default();
    let line = |depth: usize| if by_lines { format!("\n{}", "  ".repeat(depth)) } else { String::new() };
    file.fixed(&signs[0].to_string());
    let n = 1 + tape.pick(4);
    for i in 0..n {
        let name = file.name(tape);
        let key = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        file.fixed(&format!("{}{quote}{name}{quote}{}", line(depth + 1), tape.one(&[": ", ":", " : "])));
        if depth < 3 && tape.is(4) {
            let by_lines = by_lines && !tape.is(3);
            members(file, tape, &key, depth + 1, by_lines, signs, raws);
        } else {
            file.value(&key, raws[tape.pick(raws.len())]);
        }
        let is_last = i + 1 == n;
        let comma = if !is_last || tape.is(4) { "," } else { "" };
        let note =
            if by_lines { tape.one(&["", "", " // note", " /* note */"]) } else { tape.one(&["", " ", " /* n */"]) };
        file.fixed(&format!("{comma}{note}"));
    }
    file.fixed(&format!("{}{}", line(depth), signs[1]));
}

pub(super) fn toml(tape: &mut Tape) -> File {
    let mut file = Writer::new(tape);
    file.fixed(tape.one(&["", "# head\n", "\n"]));
    for table in 0..=tape.pick(4) {
        let name = match (table, tape.pick(4)) {
            (0, _) => String::new(),
            (_, 0) => format!("t{table}.deep"),
            (_, 1) => format!("\"t.{table}\""),
            _ => format!("t{table}"),
        };
        let above = match name.as_str() {
            "" => String::new(),
            // Every one of these names is new, so an array of tables has one place.
            name if tape.is(4) => {
                file.fixed(&format!("\n[[{name}]]\n"));
                format!("{name}.0.")
            }
            name => {
                file.fixed(&format!("\n[{name}]{}\n", tape.one(&["", " # of it"])));
                format!("{name}.")
            }
        };
        for _ in 0..=tape.pick(4) {
            let name = file.name(tape);
            let start = tape.one(&["", "", "# note\n", "  "]);
            match tape.pick(4) {
                0 => {
                    file.fixed(&format!("{start}{name} = {{ x = "));
                    file.value(&format!("{above}{name}.x"), tape.one(SHARED));
                    file.fixed(", y = 1 }\n");
                }
                1 => {
                    file.fixed(&format!("{start}{name}.z="));
                    file.value(&format!("{above}{name}.z"), tape.one(SHARED));
                    file.fixed("\n");
                }
                _ => {
                    file.fixed(&format!("{start}{name} = "));
                    file.value(
                        &format!("{above}{name}"),
                        tape.one(&["'lit'", "1_000", "1", "true", "\"x\"", "[1, 2]"]),
                    );
                    file.fixed(tape.one(&["\n", " # note\n", "  \n"]));
                }
            }
        }
    }
    file.done(tape)
}

pub(super) fn yaml(tape: &mut Tape) -> File {
    let mut file = Writer::new(tape);
    file.fixed(tape.one(&["", "# head\n", "---\n", "%YAML 1.2\n---\n"]));
    let indent = tape.one(&["  ", "    "]);
    mapping(&mut file, tape, "", "", indent, 0);
    file.fixed(tape.one(&["", "", "# end\n", "...\n"]));
    file.done(tape)
}

fn mapping(file: &mut Writer, tape: &mut Tape, above: &str, blanks: &str, indent: &str, depth: usize) {
    const RAWS: &[&str] =
        &["1", "0.5", "on", "no", "~", "word", "two words", "'it''s'", "\"x\\ty\"", "'5'", "[a, 'b']", "http://x"];
    for _ in 0..=tape.pick(3) {
        let name = file.name(tape);
        let key = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        let deeper = format!("{blanks}{indent}");
        file.fixed(&format!("{}{blanks}{name}:", tape.one(&["", "", "# note\n", "\n"])));
        match tape.pick(9) {
            0 if depth < 3 => {
                file.fixed(tape.one(&["\n", " # of it\n", " &anchor\n"]));
                mapping(file, tape, &key, &deeper, indent, depth + 1);
            }
            1 if depth < 3 => {
                file.fixed(&format!("\n{blanks}-{}", &indent[1..]));
                let first = file.name(tape);
                file.fixed(&format!("{first}: "));
                file.value(&format!("{key}.0.{first}"), tape.one(RAWS));
                file.fixed(&format!("\n{blanks}{indent}"));
                let second = file.name(tape);
                file.fixed(&format!("{second}: 'x'\n"));
            }
            2 => {
                file.fixed(" {x: ");
                file.value(&format!("{key}.x"), tape.one(&["1", "on", "word", "'q'", "[a, b]"]));
                file.fixed(", y: 2}\n");
            }
            3 => file.fixed(&format!(" |\n{deeper}some: text\n\n{deeper} more\n")),
            4 => file.fixed(&format!("\n{deeper}- one\n{deeper}# note\n{deeper}- 'two'\n")),
            _ => {
                file.fixed(tape.one(&[" ", " ", "   "]));
                file.value(&key, tape.one(RAWS));
                file.fixed(tape.one(&["\n", "\n", " # note\n", "  \n"]));
            }
        }
    }
    // There is always something to edit.
    let last = file.name(tape);
    file.fixed(&format!("{blanks}{last}: "));
    file.value(&if above.is_empty() { last.clone() } else { format!("{above}.{last}") }, "5");
    file.fixed("\n");
}
