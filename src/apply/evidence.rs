//! What on this machine tells the environment: some variables by name, the host's name, marks of containers.
//!
//! It never reads the whole environment, which is full of secrets.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::profile::detect::{Evidence, MARK_CONTAINER, MARK_KUBERNETES, MARK_NAMESPACE};

/// Most characters of a variable or a namespace that are looked at.
const MAX_CHARS: usize = 200;
/// Most bytes of a mark's file that are read.
const MAX_MARK_BYTES: u64 = 64 * 1024;
/// Files that container engines put into containers.
const CONTAINER_FILES: [&str; 2] = [".dockerenv", "run/.containerenv"];
/// What a part of the path of a container's control group begins with, or is: `/docker/1f…`, `/docker-1f….scope`,
/// `/kubepods.slice/…`, `/lxc.payload.web`. Engines' own services, which run on the machine itself, are none.
const CONTAINER_GROUPS: [&str; 6] = ["docker", "kubepods", "cri-containerd", "crio", "libpod", "lxc"];
const KUBERNETES_GROUP: &str = "kubepods";
/// Set by engines for a container's first process, and with it for all of them: its kind.
const CONTAINER_VARIABLE: &str = "container";
/// Set in every container of a Kubernetes pod.
const KUBERNETES_VARIABLE: &str = "KUBERNETES_SERVICE_HOST";
const NAMESPACE_FILE: &str = "var/run/secrets/kubernetes.io/serviceaccount/namespace";

/// Gathers it. Only the variables of these names are looked at.
pub fn gather<'a>(names: impl IntoIterator<Item = &'a str>) -> Evidence {
    let host_name = sysinfo::System::host_name().unwrap_or_default();
    gather_from(Path::new("/"), &|name| std::env::var_os(name), host_name, names)
}

fn gather_from<'a>(
    root: &Path,
    variable: &dyn Fn(&str) -> Option<OsString>,
    host_name: String,
    names: impl IntoIterator<Item = &'a str>,
) -> Evidence {
    // A name with `=` or NUL in it is none, and asking for it is an error on some systems.
    let names = names.into_iter().filter(|name| !name.is_empty() && !name.contains(['=', '\0']));
    let env = names.filter_map(|name| Some((name.to_owned(), short(&variable(name)?.to_string_lossy())))).collect();
    let group = beginning(&root.join("proc/1/cgroup"));
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let is_kubernetes = is_set(KUBERNETES_VARIABLE) || has_part(&group, KUBERNETES_GROUP);
    let is_container = CONTAINER_FILES.iter().any(|file| root.join(file).exists())
        || is_set(CONTAINER_VARIABLE)
        || CONTAINER_GROUPS.iter().any(|name| has_part(&group, name));
    let mut marks = Vec::new();
    marks.extend(is_container.then(|| MARK_CONTAINER.to_owned()));
    marks.extend(is_kubernetes.then(|| MARK_KUBERNETES.to_owned()));
    let namespace = short(beginning(&root.join(NAMESPACE_FILE)).trim());
    marks.extend((!namespace.is_empty()).then(|| format!("{MARK_NAMESPACE}{namespace}")));
    Evidence { env, host_name: short(&host_name), marks }
}

/// Whether the path of a control group has a part called after this: a line is `number:controllers:path`.
fn has_part(groups: &str, name: &str) -> bool {
    let paths = groups.lines().filter_map(|line| line.splitn(3, ':').nth(2));
    let mut parts = paths.flat_map(|path| path.trim().split('/'));
    parts.any(|part| {
        let is_called =
            part.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.', ':']));
        is_called && ![".service", ".socket", ".mount"].iter().any(|unit| part.ends_with(unit))
    })
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_CHARS).collect()
}

/// The beginning of a file; empty where it cannot be read.
fn beginning(path: &Path) -> String {
    let mut bytes = Vec::new();
    if path.is_file()
        && let Ok(file) = File::open(path)
    {
        let _ = file.take(MAX_MARK_BYTES).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn check(files: &[(&str, &str)], variables: &[(&str, &str)], expect_marks: &[&str]) -> Evidence {
        let root = tempfile::tempdir().expect("a folder");
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        }
        let variable = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| OsString::from(value));
        let names = ["APP_ENV", "CI", "", "A=B"];
        let evidence = gather_from(root.path(), &variable, "atlas-02".into(), names);
        assert_eq!(evidence.marks, expect_marks, "{files:?} {variables:?}");
        assert_eq!(evidence.host_name, "atlas-02");
        evidence
    }

    #[test]
    fn containers_and_clusters_are_seen_by_their_marks() {
        check(&[], &[], &[]);
        for (group, variables, expected) in [
            // Machines, virtual ones too.
            ("0::/init.scope\n", &[][..], &[][..]),
            ("0::/\n", &[], &[]),
            ("9:name=systemd:/\n8:pids:/\n0::/\n", &[], &[]),
            ("0::/system.slice/docker.service\n", &[], &[]),
            ("0::/system.slice/containerd.service\n", &[], &[]),
            ("0::/system.slice/lxcfs.service\n", &[], &[]),
            ("0::/user.slice/my-docker-notes.scope\n", &[], &[]),
            ("1:name=docker:/\n", &[], &[]),
            ("0::/", &[("container", "")], &[]),
            ("0::/", &[("hypervisor", "kvm")], &[]),
            // Containers.
            ("4:memory:/docker/1f2e\n", &[], &["container"]),
            ("0::/system.slice/docker-1f2e.scope\n", &[], &["container"]),
            ("0::/machine.slice/libpod-1f2e.scope\n", &[], &["container"]),
            ("0::/lxc.payload.web/init.scope\n", &[], &["container"]),
            ("4:memory:/lxc/web\n", &[], &["container"]),
            ("0::/system.slice/cri-containerd-1f2e.scope\n", &[], &["container"]),
            ("0::/kubepods.slice/kubepods-burstable.slice/crio-1f.scope\n", &[], &["container", "kubernetes"]),
            ("4:cpu:/kubepods/burstable/pod1/1f\n", &[], &["container", "kubernetes"]),
            ("0::/", &[("container", "podman")], &["container"]),
        ] {
            check(&[("proc/1/cgroup", group)], variables, expected);
        }
        check(&[(".dockerenv", "")], &[], &["container"]);
        check(&[("run/.containerenv", "")], &[], &["container"]);
        check(&[("proc/1/cgroup", "0::/system.slice/docker-1f.scope")], &[], &["container"]);
        check(&[("proc/1/cgroup", "0::/kubepods.slice/pod1")], &[], &["container", "kubernetes"]);
        check(
            &[(NAMESPACE_FILE, "shop-staging\n")],
            &[(KUBERNETES_VARIABLE, "10.0.0.1")],
            &["kubernetes", "namespace:shop-staging"],
        );
    }

    #[test]
    fn no_variable_is_looked_at_that_was_not_asked_for() {
        let long = "x".repeat(1000);
        let evidence = check(&[], &[("APP_ENV", "prod\u{1b}"), ("CI", &long), ("DB_PASSWORD", "hush")], &[]);
        assert_eq!(evidence.env, [("APP_ENV".into(), "prod".into()), ("CI".into(), "x".repeat(MAX_CHARS))]);
    }

    #[test]
    fn this_machine_has_a_name() {
        assert!(!gather([]).host_name.is_empty());
    }
}
