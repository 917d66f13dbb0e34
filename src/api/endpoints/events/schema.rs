//! What the document says of an event: its kind, and that its data are JSON of the kind's own form.

use std::borrow::Cow;

use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::super::answer::JSON;
use super::super::jobs::JobBody;
use super::follow::{AlertEvent, Said, Tick};

/// One event of the stream, for the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event;

impl PartialSchema for Event {
    fn schema() -> RefOr<Schema> {
        let kinds =
            [("tick", Tick::name()), ("notice", Said::name()), ("alert", AlertEvent::name()), ("job", JobBody::name())];
        let any = kinds.into_iter().fold(AnyOfBuilder::new(), |any, (kind, data)| any.item(of(kind, &data)));
        any.description(Some("An event: its kind, and its data as JSON on one line.")).into()
    }
}

impl ToSchema for Event {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Event")
    }

    fn schemas(all: &mut Vec<(String, RefOr<Schema>)>) {
        add::<Tick>(all);
        add::<Said<'_>>(all);
        add::<AlertEvent>(all);
        add::<JobBody>(all);
    }
}

/// Adds a schema with those it is made of.
fn add<T: ToSchema>(all: &mut Vec<(String, RefOr<Schema>)>) {
    all.push((T::name().into_owned(), T::schema()));
    T::schemas(all);
}

fn of(kind: &str, data: &str) -> Schema {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let data = text().content_media_type(JSON).content_schema(Some(Ref::from_schema_name(data)));
    let id = text().description(Some("Of a notice: what `Last-Event-ID` brings the ones behind"));
    let event = ObjectBuilder::new().schema_type(Type::Object);
    let event = event.property("event", text().enum_values(Some([kind]))).property("data", data).property("id", id);
    event.required("event").required("data").into()
}
