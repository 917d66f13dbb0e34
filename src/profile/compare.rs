//! Profiles side by side: what differs between all of them, and between any two.

use std::collections::HashMap;
use std::sync::Arc;

use super::resolve::{Effective, EffectiveValue, Origin, effective};
use crate::model::profile::{Catalogue, ParamDef, ParamKey, ParamValue, Problem, Profile, ProfileName};

/// A column of the matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The profile.
    pub name: ProfileName,
    /// Why nothing can be said about it, such as a circle of bases; its cells are empty then.
    pub problem: Option<Problem>,
}

/// One profile's value of one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// What holds; `None` leaves it to the service, or nothing can be said.
    pub value: Option<ParamValue>,
    /// Where it comes from.
    pub origin: Origin,
}

/// One parameter over all profiles.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The parameter.
    pub key: ParamKey,
    /// A cell for each column.
    pub cells: Vec<Cell>,
    /// Whether the cells of columns without a problem are not all of one value.
    pub differs: bool,
}

/// Profiles side by side, every parameter a row, in the catalogue's order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matrix {
    /// Profiles.
    pub columns: Vec<Column>,
    /// Parameters.
    pub rows: Vec<Row>,
}

/// A parameter in which two profiles differ.
#[derive(Debug, Clone, PartialEq)]
pub struct DiffRow {
    /// The parameter.
    pub key: ParamKey,
    /// What holds on the left.
    pub left: Cell,
    /// What holds on the right.
    pub right: Cell,
}

/// These profiles side by side, effective values on this machine; all of them where `names` is empty.
pub fn matrix(
    catalogue: &Catalogue,
    profiles: &[Arc<Profile>],
    local: Option<&Profile>,
    names: &[ProfileName],
) -> Matrix {
    let all: Vec<ProfileName> = profiles.iter().map(|profile| Arc::clone(&profile.name)).collect();
    let names = if names.is_empty() { &all } else { names };
    let found: Vec<Result<Effective, Problem>> =
        names.iter().map(|name| effective(catalogue, profiles, local, name)).collect();
    let row = |(i, def): (usize, &ParamDef)| {
        let cells: Vec<Cell> =
            found.iter().map(|column| column.as_ref().map_or_else(|_| NOTHING, |c| cell(&c.rows[i]))).collect();
        let mut known = cells.iter().zip(&found).filter(|(_, column)| column.is_ok()).map(|(cell, _)| &cell.value);
        let first = known.next();
        let differs = known.any(|value| Some(value) != first);
        Row { key: def.key.clone(), cells, differs }
    };
    let rows = catalogue.parameters.iter().enumerate().map(row).collect();
    let columns = names.iter().zip(found).map(|(name, found)| Column { name: Arc::clone(name), problem: found.err() });
    Matrix { columns: columns.collect(), rows }
}

/// What stands in the column of a profile about which nothing can be said.
const NOTHING: Cell = Cell { value: None, origin: Origin::Default };

fn cell(row: &EffectiveValue) -> Cell {
    Cell { value: row.value.clone(), origin: row.origin.clone() }
}

/// Parameters in which two profiles differ, in the order of the left one.
pub fn diff(left: &Effective, right: &Effective) -> Vec<DiffRow> {
    let others: HashMap<&str, &EffectiveValue> = right.rows.iter().map(|row| (row.key.as_str(), row)).collect();
    let row = |row: &EffectiveValue| {
        let other = others.get(row.key.as_str())?;
        let is_same = row.value == other.value;
        (!is_same).then(|| DiffRow { key: row.key.clone(), left: cell(row), right: cell(other) })
    };
    left.rows.iter().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{catalogue, document};

    fn profile(name: &str, text: &str) -> Arc<Profile> {
        Arc::new(document::read(name, text, &catalogue::shipped(), false, true))
    }

    #[test]
    fn rows_that_differ_are_marked_and_a_broken_profile_says_why() {
        let catalogue = catalogue::shipped();
        let profiles = [
            profile("a", r#"(version: 1, values: {"http.retries": 1, "http.pool_max": 50})"#),
            profile("b", r#"(version: 1, base: "a", values: {"http.pool_max": 20})"#),
            profile("c", r#"(version: 1, base: "c", values: {"http.retries": 9})"#),
        ];
        let matrix = matrix(&catalogue, &profiles, None, &[]);
        let problems: Vec<bool> = matrix.columns.iter().map(|column| column.problem.is_some()).collect();
        assert_eq!(problems, [false, false, true]);
        let differing: Vec<&str> = matrix.rows.iter().filter(|row| row.differs).map(|row| row.key.as_str()).collect();
        assert_eq!(differing, ["http.pool_max"]);
        let row = matrix.rows.iter().find(|row| row.key.as_str() == "http.retries").expect("a row");
        let one = |name: &str| Cell { value: Some(ParamValue::Count(1)), origin: Origin::Profile(name.into()) };
        assert_eq!(row.cells, [one("a"), one("a"), NOTHING]);
        let only = super::matrix(&catalogue, &profiles, None, &["b".into()]);
        assert_eq!((only.columns.len(), only.rows.iter().any(|row| row.differs)), (1, false));
    }

    #[test]
    fn two_profiles_are_told_apart_by_their_values_alone() {
        let catalogue = catalogue::shipped();
        let profiles = [
            profile("a", r#"(version: 1, values: {"http.retries": 3, "cache.ttl": "60 s"})"#),
            profile("b", r#"(version: 1, values: {"http.retries": 3, "cache.ttl": "1 h"})"#),
        ];
        let of = |name: &str| effective(&catalogue, &profiles, None, name).expect("a profile");
        let rows = diff(&of("a"), &of("b"));
        let minute = ParamValue::Duration(std::time::Duration::from_secs(60));
        assert_eq!((rows.len(), rows[0].key.as_str(), &rows[0].left.value), (1, "cache.ttl", &Some(minute)));
        assert_eq!(diff(&of("a"), &of("a")), []);
    }
}
