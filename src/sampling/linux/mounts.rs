//! Which filesystems are worth watching: one mount of each device that holds data, out of /proc/self/mountinfo.

use std::path::{Path, PathBuf};

use super::parse::{fields, lines, text};

/// One filesystem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The kernel's number of the device, such as `8:1`.
    pub number: String,
    /// Where it is mounted.
    pub point: PathBuf,
    /// The device, or the server and its folder.
    pub device: String,
    /// The filesystem's type, such as `ext4`.
    pub kind: String,
}

/// Filesystems that hold data without a device of this machine.
const DEVICELESS: [&str; 12] =
    ["zfs", "nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "ceph", "btrfs", "bcachefs", "glusterfs", "afs"];
/// Images that are always full.
const READ_ONLY: [&str; 5] = ["squashfs", "iso9660", "erofs", "cramfs", "udf"];
/// Filesystems in user space that show other things than data on a disk.
const FUSE_VIEWS: [&str; 4] = ["fuse.gvfsd-fuse", "fuse.portal", "fuse.lxcfs", "fuse.snapfuse"];
/// Files that a container runtime mounts from the host.
const FROM_HOST: [&str; 3] = ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf"];

/// The filesystems worth watching, in the order of the file.
pub fn mounts(mountinfo: &[u8]) -> Vec<Mount> {
    let mut found: Vec<(bool, Mount)> = Vec::new();
    for (is_whole, mount) in lines(mountinfo).filter_map(mount_line) {
        match found.iter_mut().find(|(_, other)| other.number == mount.number) {
            // The same device again: the mount of all of it is preferred, and then the shorter path.
            Some((other_is_whole, other)) => {
                let rank = |is_whole: bool, point: &Path| (!is_whole, point.as_os_str().len());
                if rank(is_whole, &mount.point) < rank(*other_is_whole, &other.point) {
                    (*other_is_whole, *other) = (is_whole, mount);
                }
            }
            None => found.push((is_whole, mount)),
        }
    }
    found.into_iter().map(|(_, mount)| mount).collect()
}

/// A line's mount, and whether it shows the whole filesystem; `None` for what is not worth watching.
fn mount_line(line: &[u8]) -> Option<(bool, Mount)> {
    let mut before = fields(line).skip(2);
    let (number, root, point) = (before.next()?, before.next()?, before.next()?);
    let mut after = fields(line).skip_while(|field| *field != b"-").skip(1);
    let (kind, device) = (text(after.next()?), unescaped(after.next()?));
    let point = unescaped(point);
    let holds_data = device.starts_with("/dev/")
        || DEVICELESS.contains(&&*kind)
        || kind.starts_with("fuse.") && !FUSE_VIEWS.contains(&&*kind)
        || kind == "overlay" && point == "/";
    let is_left_out = READ_ONLY.contains(&&*kind) || kind == "devtmpfs" || FROM_HOST.contains(&point.as_str());
    (holds_data && !is_left_out).then(|| {
        let mount = Mount { number: text(number).into_owned(), point: point.into(), device, kind: kind.into_owned() };
        (root == b"/", mount)
    })
}

/// A path as the kernel writes it, with blanks as `\040`.
fn unescaped(field: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, after @ ..] = rest {
        let octal = |b: u8| (b'0'..=b'7').contains(&b).then(|| u32::from(b - b'0'));
        let code = match after {
            [a, b, c, ..] if *first == b'\\' => {
                octal(*a).zip(octal(*b)).zip(octal(*c)).and_then(|((a, b), c)| u8::try_from(a * 64 + b * 8 + c).ok())
            }
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[3..] } else { after };
    }
    text(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mountinfo: &str, expect: &[&str]) {
        let got: Vec<String> = mounts(mountinfo.as_bytes())
            .into_iter()
            .map(|mount| format!("{} {} {}", mount.point.display(), mount.device, mount.kind))
            .collect();
        assert_eq!(got, expect, "{mountinfo}");
    }

    #[test]
    fn data_is_kept_and_the_kernels_own_is_left_out() {
        check(
            "22 27 0:21 / /proc rw,relatime - proc proc rw\n\
             24 27 0:6 / /dev rw - devtmpfs /dev/devtmpfs rw\n\
             27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw,discard\n\
             28 27 0:30 / /tmp rw - tmpfs tmpfs rw\n\
             29 27 7:1 / /snap/core/1 ro - squashfs /dev/loop1 ro\n\
             30 27 0:40 / /mnt/my\\040nfs rw - nfs4 server:/a rw\n\
             31 27 0:41 / /run/user/1000/doc rw - fuse.portal portal rw\n\
             32 27 0:42 / /mnt/ssh rw - fuse.sshfs me@host: rw\n",
            &["/ /dev/vda ext4", "/mnt/my nfs server:/a nfs4", "/mnt/ssh me@host: fuse.sshfs"],
        );
    }

    #[test]
    fn each_device_is_there_once() {
        check(
            "40 1 0:30 /@home /home rw - btrfs /dev/sda2 rw\n\
             41 1 0:30 /@ / rw - btrfs /dev/sda2 rw\n\
             42 1 8:1 /var/lib /srv rw - ext4 /dev/sda1 rw\n\
             43 1 8:1 / /a/long/way rw - ext4 /dev/sda1 rw\n",
            &["/ /dev/sda2 btrfs", "/a/long/way /dev/sda1 ext4"],
        );
    }

    #[test]
    fn a_container_has_its_root_and_its_volumes() {
        check(
            "50 1 0:50 / / rw - overlay overlay rw,lowerdir=/x\n\
             51 50 8:1 /docker/hosts /etc/hosts rw - ext4 /dev/sda1 rw\n\
             52 50 8:1 /volumes/data /data rw - ext4 /dev/sda1 rw\n\
             53 50 0:51 / /other rw - overlay overlay rw\n",
            &["/ overlay overlay", "/data /dev/sda1 ext4"],
        );
    }

    #[test]
    fn escapes_are_undone_and_other_backslashes_stay() {
        for (field, expect) in [("a\\040b", "a b"), ("\\134", "\\"), ("\\04", "\\04"), ("\\777", "\\777"), ("\\", "\\")]
        {
            assert_eq!(unescaped(field.as_bytes()), expect);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = (mounts(&bytes), unescaped(&bytes));
        }
    }
}
