//! Annotations: flags and their kinds, notes written, changed, taken away and brought back, the list.

use super::*;

fn note(id: u64, seconds_ago: u64, kind: AnnotationKind, text: &str) -> Annotation {
    let at = super::super::support::NOW.minus(Duration::from_secs(seconds_ago));
    Annotation { id: AnnotationId(id), text: AnnotationText::at(at, kind, text) }
}

fn open(notes: Vec<Annotation>) -> Page {
    let mut page = Page::open();
    page.change(|snapshot| {
        let mut notes = notes;
        notes.sort_by_key(|note| note.text.at);
        snapshot.annotations = notes.into();
    });
    page
}

#[test]
fn a_note_is_added_changed_deleted_and_brought_back() {
    let mut page = open(Vec::new());
    page.press(Modifiers::NONE, Key::N);
    assert!(page.shows("Text of the note"));
    page.harness.get_by_label("Text of the note").type_text("Rolled out v2");
    page.harness.run();
    page.click("Add the note");
    let AnnotationCommand::Add(text) = page.note_commands().remove(0) else { panic!("added") };
    assert_eq!((&*text.text, text.kind, text.until), ("Rolled out v2", AnnotationKind::Note, None));
    assert!(page.shows("Added note “Rolled out v2”") && page.shows_part("Rolled out v2, "), "its flag stands");

    page.press(Modifiers::COMMAND, Key::Z);
    assert!(matches!(page.note_commands()[..], [AnnotationCommand::Remove(AnnotationId(1))]));
    page.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert!(matches!(&page.note_commands()[..], [AnnotationCommand::Add(again)] if *again == text));

    page.harness.get_by_label_contains("Rolled out v2, ").click();
    page.harness.run();
    page.click("Edit…");
    page.harness.get_by_label("Text of the note").type_text(" and v3");
    page.harness.run();
    page.click("Save note");
    let edited = page.note_commands();
    let [AnnotationCommand::Edit(after)] = &edited[..] else { panic!("{edited:?}") };
    assert!(after.text.text.contains("v3") && after.text.at == text.at, "{after:?}");

    page.harness.get_by_label_contains("v3, ").click();
    page.harness.run();
    page.click("Delete");
    assert!(matches!(page.note_commands()[..], [AnnotationCommand::Remove(AnnotationId(1))]));
    assert!(page.engine.snapshot().annotations.is_empty());
    page.click("Undo");
    assert!(matches!(&page.note_commands()[..], [AnnotationCommand::Add(back)] if *back == after.text));
}

#[test]
fn a_note_over_a_span_must_end_after_it_begins() {
    let mut page = open(Vec::new());
    page.click("Add note");
    page.harness.get_by_label("Text of the note").type_text("Backup");
    page.fill("Until", "-3h");
    page.click("Add the note");
    assert!(page.note_commands().is_empty(), "the end lies before the beginning");
    assert!(page.shows("Text of the note"));
    page.press(Modifiers::NONE, Key::Escape);
    assert!(!page.shows("Text of the note") && page.note_commands().is_empty());
}

#[test]
fn undo_goes_back_over_notes_and_layouts_in_their_order() {
    let mut page = open(Vec::new());
    page.click("Add note");
    page.harness.get_by_label("Text of the note").type_text("First");
    page.harness.run();
    page.click("Add the note");
    page.click("Add chart");
    assert_eq!(page.charts().len(), 6);
    page.note_commands();
    page.press(Modifiers::COMMAND, Key::Z);
    assert_eq!((page.charts().len(), page.note_commands().len()), (5, 0));
    page.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(page.note_commands().len(), 1);
}

#[test]
fn the_filter_hides_kinds_and_the_window_remembers_them() {
    let mut page =
        open(vec![note(1, 700, AnnotationKind::Note, "mine"), note(2, 550, AnnotationKind::Settings, "Interval 1 s")]);
    assert!(page.shows_part("mine, ") && page.shows_part("Interval 1 s, "));
    page.click("Flags");
    page.click("Settings changes");
    assert!(page.shows_part("mine, ") && !page.shows_part("Interval 1 s, "));
    let mut memory = WindowMemory::default();
    page.shown.borrow().panel.remember(&mut memory);
    assert_eq!(memory.hidden_annotations, [AnnotationKind::Settings]);
    page.click("Show all");
    assert!(page.shows_part("Interval 1 s, "));
    page.shown.borrow_mut().panel.recall(&memory);
    page.harness.run();
    assert!(!page.shows_part("Interval 1 s, "));
}

#[test]
fn flags_that_stand_too_close_are_one_that_lists_them() {
    let mut page = open((0..5).map(|i| note(i, 600 + i, AnnotationKind::Note, &format!("step {i}"))).collect());
    page.harness.get_by_label_contains("5 flags from").click();
    page.harness.run();
    page.harness.get_by_label_contains("step 3").click();
    page.harness.run();
    page.settle();
    assert_eq!(page.inspected().last(), Some(&Some(note(3, 603, AnnotationKind::Note, "").text.at)));
}

#[test]
fn a_gap_says_why_where_a_stop_or_sleep_was_noted() {
    let slept = Annotation {
        text: AnnotationText {
            until: Some(super::super::support::NOW.minus(Duration::from_secs(150))),
            ..note(1, 300, AnnotationKind::Sleep, "the machine slept").text
        },
        id: AnnotationId(1),
    };
    let page = open(vec![slept]);
    assert!(page.shows_part("No data 2:30, the machine slept"));
    assert!(!page.shows_part("1 flags"));
}

#[test]
fn the_list_finds_annotations_and_a_click_jumps_there() {
    let mut page = open(vec![
        note(1, 600, AnnotationKind::Note, "deploy of checkout"),
        note(2, 500, AnnotationKind::Start, "Perfdesk 0.1.0 started"),
    ]);
    page.click("Range: 15 min");
    page.click("Flags");
    page.click("Open as a list");
    assert!(page.shows_part("Notes: deploy of checkout") && page.shows_part("Starts: Perfdesk"));
    page.fill("Find annotations", "checkout");
    assert!(page.shows_part("Notes: deploy of checkout") && !page.shows_part("Starts: Perfdesk"));
    page.harness.get_by_label_contains("Notes: deploy of checkout").click();
    page.harness.run();
    page.settle();
    let middle = page.span();
    let at = note(1, 600, AnnotationKind::Note, "").text.at;
    assert!(middle.contains(at) && !page.follows_live());
    page.click("Close the list of annotations");
    assert!(!page.shows("Find annotations"));
}
