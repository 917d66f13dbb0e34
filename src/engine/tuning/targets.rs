//! What is to be said of the files of a plan beside their content: names that a write would part, secrets that others read.

use std::path::Path;

use crate::apply::files::Found;
use crate::apply::words::hard_links;
use crate::apply::world::World;
use crate::model::profile::{Plan, Problem, ProblemKind};
use crate::profile::plan::NewContent;

/// Looks at the files that a plan writes, and adds what stands in the way and what deserves a look.
pub fn look_at(world: &mut dyn World, plan: &mut Plan, contents: &[NewContent]) {
    for file in &mut plan.files {
        let has_secret = contents.iter().filter(|content| content.path == file.path).any(has_secret);
        let Ok(Found::File { rights, n_names, .. }) = world.files().look(&file.path) else { continue };
        if n_names > 1 {
            file.problems.push(problem(ProblemKind::Error, hard_links(n_names)));
        }
        if let Some(mode) = rights.open_to_others().filter(|_| has_secret) {
            file.problems.push(problem(ProblemKind::Warning, open_to_others(mode, &file.path)));
        }
    }
}

fn has_secret(content: &NewContent) -> bool {
    content.in_file.iter().any(|key| key.is_secret)
}

fn open_to_others(mode: u32, path: &Path) -> String {
    let path = path.display();
    format!(
        "a secret stands in it and other users may get at it (mode {mode:o}), which stays so: run `chmod 600 {path}`"
    )
}

fn problem(kind: ProblemKind, text: String) -> Problem {
    Problem { kind, key: None, place: None, text: text.into(), fix: None, source: None }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::apply::fake::FakeWorld;
    use crate::model::profile::{Conversion, FilePlan, ParamKey, PlanId};
    use crate::profile::formats::Written;
    use crate::profile::plan::WantedKey;

    const PATH: &str = "/srv/.env";

    /// The problems of a plan that writes a file of this mode and so many names.
    fn problems(mode: u32, n_names: u64, is_secret: bool) -> Vec<(ProblemKind, String)> {
        let mut world = FakeWorld::default();
        world.state().put(PATH, "KEY=x\n", mode);
        world.state().ids.insert(PATH.into(), (1, n_names));
        let wanted = WantedKey {
            param: ParamKey::new("security.secret_key"),
            key: "KEY".into(),
            value: Written::Text("y".into()),
            conversion: Conversion::Plain,
            is_secret,
            is_choice: false,
        };
        let (binding, path): (Arc<str>, std::path::PathBuf) = ("a".into(), PATH.into());
        let (in_file, in_answer) = (vec![wanted], Vec::new());
        let content =
            NewContent { binding: binding.clone(), path: path.clone(), bytes: Vec::new(), in_file, in_answer };
        let file = FilePlan {
            binding,
            path,
            changes: Vec::new(),
            diff: Arc::from([]),
            n_lines: (0, 0),
            before: (0, 0),
            after: (0, 0),
            problems: Vec::new(),
        };
        let mut plan = Plan {
            id: PlanId(1),
            profile: "p".into(),
            files: vec![file],
            n_unchanged: 0,
            reloads: Vec::new(),
            verifies: Vec::new(),
            problems: Vec::new(),
        };
        look_at(&mut world, &mut plan, &[content]);
        plan.files[0].problems.iter().map(|problem| (problem.kind, problem.text.to_string())).collect()
    }

    #[test]
    fn secrets_that_others_read_are_a_warning_and_hard_links_an_error() {
        let open = |mode: &str| {
            let text = format!(
                "a secret stands in it and other users may get at it (mode {mode}), which stays so: run `chmod 600 /srv/.env`"
            );
            (ProblemKind::Warning, text)
        };
        for (mode, is_secret, expect) in [
            (0o600, true, None),
            (0o400, true, None),
            (0o644, false, None),
            (0o644, true, Some(open("644"))),
            (0o640, true, Some(open("640"))),
            (0o602, true, Some(open("602"))),
        ] {
            assert_eq!(problems(mode, 1, is_secret), Vec::from_iter(expect), "{mode:o} {is_secret}");
        }
        let linked = problems(0o600, 2, true);
        assert_eq!(linked.len(), 1);
        assert!(
            linked[0].0 == ProblemKind::Error && linked[0].1.starts_with("it has 2 names (hard links), "),
            "{linked:?}"
        );
    }
}
