//! The list of notices: bounded, numbered, and one entry for the same thing said again.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::model::{Notice, NoticeId, Severity, Timestamp};

/// Notices kept; the oldest go first.
const MAX_NOTICES: usize = 100;

/// What the person has been told.
#[derive(Debug, Default)]
pub struct Notices {
    list: VecDeque<Notice>,
    next: u64,
}

impl Notices {
    /// Tells something.
    pub fn tell(&mut self, at: Timestamp, severity: Severity, text: impl Into<Arc<str>>, detail: impl Into<Arc<str>>) {
        let (text, detail) = (text.into(), detail.into());
        self.list.retain(|old| (&old.text, &old.detail) != (&text, &detail));
        if self.list.len() >= MAX_NOTICES {
            self.list.pop_front();
        }
        self.list.push_back(Notice { id: NoticeId(self.next), at, severity, text, detail });
        self.next += 1;
    }

    /// Takes what was told with this text off the list: it is true no longer.
    pub fn withdraw(&mut self, text: &str) {
        self.list.retain(|notice| &*notice.text != text);
    }

    /// Takes a notice off the list.
    pub fn dismiss(&mut self, id: NoticeId) {
        self.list.retain(|notice| notice.id != id);
    }

    /// The list, oldest first.
    pub fn all(&self) -> Arc<[Notice]> {
        self.list.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_bounded_and_what_is_said_again_moves_to_its_end() {
        let mut notices = Notices::default();
        for i in 0..150 {
            notices.tell(Timestamp::from_millis(i), Severity::Info, format!("n{i}"), "");
        }
        notices.tell(Timestamp::from_millis(150), Severity::Info, "n100", "");
        let all = notices.all();
        assert_eq!(all.len(), MAX_NOTICES);
        assert_eq!((&*all[0].text, &*all[99].text, all[99].id), ("n50", "n100", NoticeId(150)));
        notices.dismiss(NoticeId(150));
        assert_eq!(notices.all().len(), 99);
    }
}
