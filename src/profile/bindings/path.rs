//! Paths as they are written: which of them are the same file without asking the disk.

use std::path::{Component, Path, PathBuf};

/// A path without `.`, `..` and doubled separators: `/a/./b/../c` is `/a/c`. Links are not followed, so a file may still
/// have two such paths.
pub fn lexical(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => match plain.components().next_back() {
                Some(Component::Normal(_)) => {
                    plain.pop();
                }
                // Above the root there is the root.
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => plain.push(part),
            },
            _ => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_one_file_become_one() {
        for (path, expected) in [
            ("/srv/a/.env", "/srv/a/.env"),
            ("/srv/./a//.env", "/srv/a/.env"),
            ("/srv/a/../b/.env", "/srv/b/.env"),
            ("/srv/a/../../../b", "/b"),
            ("./a/../b", "b"),
            ("../a/../../b", "../../b"),
            ("/srv/a/", "/srv/a"),
        ] {
            assert_eq!(lexical(Path::new(path)), Path::new(expected), "{path}");
        }
    }
}
