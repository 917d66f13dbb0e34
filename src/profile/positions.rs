//! Where parameters stand in a catalogue, asked for many in a row.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::model::profile::Catalogue;

/// Finds parameters of a catalogue by name. Profiles mostly keep the catalogue's order: the one behind that found last is
/// tried first, and a table is only made where that does not do.
pub(super) struct Positions<'c> {
    catalogue: &'c Catalogue,
    next: usize,
    table: OnceCell<HashMap<&'c str, usize>>,
}

impl<'c> Positions<'c> {
    pub fn of(catalogue: &'c Catalogue) -> Self {
        Self { catalogue, next: 0, table: OnceCell::new() }
    }

    /// The place of the parameter of this name.
    pub fn find(&mut self, name: &str) -> Option<usize> {
        let parameters = &self.catalogue.parameters;
        let is_next = parameters.get(self.next).is_some_and(|def| def.key.as_str() == name);
        let found = if is_next {
            self.next
        } else {
            let all = || parameters.iter().enumerate().map(|(i, def)| (def.key.as_str(), i)).collect();
            *self.table.get_or_init(all).get(name)?
        };
        self.next = found + 1;
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::catalogue;

    #[test]
    fn every_parameter_is_found_in_any_order() {
        let catalogue = catalogue::shipped();
        let n = catalogue.parameters.len();
        let mut positions = Positions::of(&catalogue);
        for i in (0..n).chain((0..n).rev()).chain([5, 6, 7, 3, 41, 0]) {
            assert_eq!(positions.find(catalogue.parameters[i].key.as_str()), Some(i));
        }
        assert_eq!((positions.find("none.such"), positions.find("")), (None, None));
    }
}
